// Finds the citation markers of an answer, like `[2]`, and makes them elements of their own.

interface Node {
  type: string;
  value?: string;
  children?: Node[];
  data?: { hName: string; hProperties: { marker: number; nth: number } };
}

const MARKER = /\[(\d{1,3})\]/g;

/** How often each marker came so far. */
export type Seen = Record<number, number>;

/** The markers of each block's predecessors, as text, so that equal ones are equal. */
export function seenBefore(blocks: readonly string[]): string[] {
  const seen: Seen = {};
  return blocks.map((block) => {
    const before = JSON.stringify(seen);
    const prose = /^ {0,3}(`{3,}|~{3,})/.test(block) ? '' : block.replace(/`[^`\n]*`/g, '');
    for (const [, marker] of prose.matchAll(MARKER)) seen[Number(marker)] = (seen[Number(marker)] ?? 0) + 1;
    return before;
  });
}

/** A remark plugin: the second `[1]` of a text becomes `<citation-mark marker="1" nth="1">`; code is left alone. */
export function remarkMarkers({ before }: { before: string }) {
  return (tree: Node) => {
    visit(tree, JSON.parse(before) as Seen);
  };
}

function visit(node: Node, seen: Seen): void {
  if (!node.children || node.type === 'link') return;
  node.children = node.children.flatMap((child) => {
    if (child.type === 'text' && child.value) return split(child.value, seen);
    visit(child, seen);
    return [child];
  });
}

function split(text: string, seen: Seen): Node[] {
  const parts: Node[] = [];
  let from = 0;
  for (const found of text.matchAll(MARKER)) {
    if (found.index > from) parts.push({ type: 'text', value: text.slice(from, found.index) });
    const marker = Number(found[1]);
    const nth = seen[marker] ?? 0;
    seen[marker] = nth + 1;
    parts.push({ type: 'citationMark', data: { hName: 'citation-mark', hProperties: { marker, nth } }, children: [] });
    from = found.index + found[0].length;
  }
  if (from < text.length) parts.push({ type: 'text', value: text.slice(from) });
  return parts;
}
