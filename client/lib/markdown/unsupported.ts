// Marks the sentences of an answer that have no source that holds.

interface Node {
  type: string;
  value?: string;
  children?: Node[];
  position?: { start: { offset?: number }; end: { offset?: number } };
  data?: { hName: string };
}

export interface Span {
  start: number;
  end: number;
}

/** For each block the spans within it, in UTF-16 units from its start, as text, so that equal ones are equal. */
export function spansWithin(text: string, blocks: readonly string[], spans: readonly Span[]): string[] {
  const places = unitsOf(text, spans);
  let from = 0;
  return blocks.map((block) => {
    const start = text.indexOf(block, from);
    from = start + block.length;
    const within = places
      .filter((span) => span.start < from && span.end > start)
      .map((span) => ({ start: Math.max(0, span.start - start), end: Math.min(block.length, span.end - start) }));
    return JSON.stringify(within);
  });
}

/** The API counts characters, JavaScript UTF-16 units: they differ behind the first emoji. */
function unitsOf(text: string, spans: readonly Span[]): Span[] {
  if (spans.length === 0) return [];
  const starts = [0];
  for (const character of text) starts.push((starts.at(-1) ?? 0) + character.length);
  const unit = (at: number) => starts[Math.min(at, starts.length - 1)] ?? text.length;
  return spans.map(({ start, end }) => ({ start: unit(start), end: unit(end) }));
}

/** A remark plugin: the words of each span become `<unsupported-words>`; code and links keep their own looks. */
export function remarkUnsupported({ spans }: { spans: string }) {
  const wanted = JSON.parse(spans) as Span[];
  return (tree: Node) => {
    if (wanted.length > 0) visit(tree, wanted);
  };
}

function visit(node: Node, spans: readonly Span[]): void {
  node.children = node.children?.flatMap((child) => {
    if (child.type === 'text') return split(child, spans);
    visit(child, spans);
    return [child];
  });
}

function split(node: Node, spans: readonly Span[]): Node[] {
  const { value = '', position } = node;
  const [from, to] = [position?.start.offset, position?.end.offset];
  if (from === undefined || to === undefined) return [node];
  // Text with escapes is shorter than its source: it is marked as a whole or not at all.
  if (to - from !== value.length) return spans.some(({ start, end }) => start <= from && to <= end) ? [marked([node])] : [node];
  const parts: Node[] = [];
  let at = 0;
  for (const { start, end } of spans) {
    const [first, last] = [Math.max(at, start - from), Math.min(value.length, end - from)];
    if (first >= last) continue;
    if (first > at) parts.push({ type: 'text', value: value.slice(at, first) });
    parts.push(marked([{ type: 'text', value: value.slice(first, last) }]));
    at = last;
  }
  if (at < value.length) parts.push({ type: 'text', value: value.slice(at) });
  return parts;
}

const marked = (children: Node[]): Node => ({ type: 'unsupported', data: { hName: 'unsupported-words' }, children });
