// Cuts Markdown into blocks that stand for themselves, so that a growing text is parsed anew only at its end.

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const LIST_ITEM = /^ {0,3}(?:[-*+]|\d{1,9}[.)])(?:\s|$)/;

/** The blocks of a text, in order; joined by blank lines they are the text again, but for surplus ones. */
export function blocksOf(text: string): string[] {
  const blocks: string[] = [];
  let open: string[] = [];
  let fence: string | null = null;
  let isAfterBlank = false;

  for (const line of text.split('\n')) {
    const isBlank = line.trim() === '';
    if (fence === null && isAfterBlank && !isBlank && !goesOn(open, line)) {
      blocks.push(trimmed(open));
      open = [];
    }
    if (open.length > 0 || !isBlank) open.push(line);
    fence = fenceAfter(fence, line);
    isAfterBlank = isBlank;
  }
  if (open.length > 0) blocks.push(trimmed(open));
  return blocks.filter((block) => block !== '');
}

/** Whether a line after a blank one belongs to the block before: another item, or something inside of one. */
function goesOn(open: string[], line: string): boolean {
  if (!LIST_ITEM.test(open[0] ?? '')) return false;
  return LIST_ITEM.test(line) || /^\s{2,}\S/.test(line);
}

function fenceAfter(fence: string | null, line: string): string | null {
  const mark = FENCE.exec(line)?.[1];
  if (!mark) return fence;
  if (fence === null) return mark;
  const closes = mark.startsWith(fence) && line.trim() === mark;
  return closes ? null : fence;
}

const trimmed = (lines: string[]) => lines.join('\n').replace(/\n+$/, '');
