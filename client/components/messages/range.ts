// Which messages are drawn beside those in sight.

/** The last question and answer: one that is being written goes on wherever the reader is. */
const NUM_LAST = 2;

/** With `drawn`, the last ones and the one that has the focus (-1: none), which must not be lost by scrolling; in order. */
export function keptWith(drawn: readonly number[], count: number, focused: number): number[] {
  const last = Array.from({ length: Math.min(NUM_LAST, count) }, (_, index) => count - 1 - index);
  const all = new Set([...drawn, ...last, ...(focused >= 0 ? [focused] : [])]);
  return Array.from(all).sort((one, other) => one - other);
}
