// Finds the formulas of a block of Markdown: `$x$`, `$$x$$`, `\(x\)` and `\[x\]`. A price is none.

/** Stands for a `$` that is only a `$` while Markdown is read; as long, so that places in the text stay true. */
const PLAIN_DOLLAR = '\uE000';
const DISPLAY = '$$';

// In this order: what is code, what is escaped, whole formulas, then what only begins one.
const PARTS = new RegExp(
  [
    /(?<code>^[ \t]*(?<fence>`{3,}|~{3,})[^\n]*(?:\n[\s\S]*?(?:^[ \t]*\k<fence>[`~]*[ \t]*$|(?![\s\S]))|(?![\s\S]))|(?<ticks>`+)[^`][\s\S]*?(?<!`)\k<ticks>(?!`))/,
    /(?<escaped>\\\\|\\\$)/,
    /\\\((?<round>[^\n]+?)\\\)/,
    /\\\[(?<square>[\s\S]+?)\\\]/,
    /(?<dollars>\$\$(?=[\s\S]*?[^\s$])[^$]+\$\$(?!\$))/,
    // Between single marks a formula begins and ends with no space, and no number follows.
    /(?<dollar>(?<![\w$])\$(?=[^\s$])(?:[^$\n\\]|\\[^\n])*?(?<!\s)\$(?![\d$\w]))/,
    /(?<open>\\\[|\\\(|\$\$|\$)/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gm',
);

// `\[1\]` are brackets that somebody escaped.
const isNumber = (text: string) => /^\d+$/.test(text);

/** Whether there is a whole formula in a block. */
export function hasFormula(block: string): boolean {
  return wholeFormulas(block).length > 0;
}

function wholeFormulas(block: string): RegExpMatchArray[] {
  if (!/[$\\]/.test(block)) return [];
  return Array.from(block.matchAll(PARTS)).filter(({ groups }) => {
    const bracketed = groups?.round ?? groups?.square;
    return bracketed === undefined ? Boolean(groups?.dollars ?? groups?.dollar) : !isNumber(bracketed);
  });
}

/** Every formula between dollars, and no other dollar in the block; of the same length. */
export function withDollars(block: string): string {
  if (!/[$\\]/.test(block)) return block;
  return block.replace(PARTS, (found: string, ...rest: unknown[]) => {
    const { round, square, open } = rest.at(-1) as Record<string, string | undefined>;
    const bracketed = round ?? square;
    if (bracketed !== undefined) return isNumber(bracketed) ? found : `${DISPLAY}${bracketed}${DISPLAY}`;
    return open?.startsWith('$') ? PLAIN_DOLLAR.repeat(found.length) : found;
  });
}

/** Where a formula begins that may still get its end: half of one would be shown as its source. -1: nowhere. */
export function openFormula(block: string): number {
  for (const { groups, index, 0: found } of block.matchAll(PARTS)) {
    if (!groups?.open) continue;
    const rest = block.slice(index + found.length);
    if (found === '$' ? /^(?:[^\s\d$][^$\n]{0,80})?$/.test(rest) : !rest.includes('\n\n')) return index;
  }
  return -1;
}

interface Node {
  type: string;
  value?: string;
  url?: string;
  children?: Node[];
  position?: { start: { offset?: number } };
  data?: { hName?: string; hProperties?: Record<string, unknown>; hChildren?: unknown[] };
}

/** A remark plugin behind remark-math: formulas become `<tex-formula>`, and dollars are dollars again. */
export function remarkFormulas({ source }: { source: string }) {
  return (tree: Node) => visit(tree, source);
}

function visit(node: Node, source: string): void {
  if (node.type === 'math' || node.type === 'inlineMath') {
    const at = node.position?.start.offset ?? 0;
    const isDisplay = node.type === 'math' || /^(?:\$\$|\\\[)/.test(source.slice(at));
    node.data = { hName: 'tex-formula', hProperties: { tex: node.value ?? '', display: isDisplay }, hChildren: [] };
    return;
  }
  if (node.value) node.value = node.value.replaceAll(PLAIN_DOLLAR, '$');
  if (node.url) node.url = node.url.replaceAll(PLAIN_DOLLAR, '$');
  for (const child of node.children ?? []) visit(child, source);
}
