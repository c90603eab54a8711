// The part of a text that shows a searched word.

const BEFORE = 40;
const LENGTH = 140;

/** One line around the first of the words; the text's beginning where none is found as it was typed. */
export function excerptOf(text: string, query: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const words = query.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const places = words.map((word) => line.toLowerCase().indexOf(word)).filter((at) => at >= 0);
  const first = places.length > 0 ? Math.min(...places) : 0;
  const start = first <= BEFORE ? 0 : line.indexOf(' ', first - BEFORE) + 1;
  const cut = line.slice(start, start + LENGTH);
  return `${start > 0 ? '… ' : ''}${cut}${start + LENGTH < line.length ? ' …' : ''}`;
}
