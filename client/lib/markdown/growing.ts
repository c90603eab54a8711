// The last block of a growing text, as it will most likely be: what is only half there would flash up as its marks.
import { openFormula } from './formulas';

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
/** A line of marks alone: the begin of a list, a heading or a rule; below a paragraph it would make that a heading. */
const MARKS_ALONE = /(?:^|\n)[ \t]*(?:[-=*+_#>~`]+|\d{1,9}[.)]?)[ \t]*$/;
/** A table's head without the line below it. */
const TABLE_HEAD = /(?:^|\n)[ \t]*\|[^\n]*(?:\n[ \t]*[|:\- \t]*)?$/;
const WHOLE_RULE = /^[ \t]*\|?(?:[ \t]*:?-+:?[ \t]*\|)+[ \t]*:?-*:?[ \t]*\|?[ \t]*$/;
/** `[1` of a citation's mark. */
const HALF_MARKER = /\[\d{0,3}$/;
const HALF_LINK = /\[([^\]\n]*)\]\([^)\n]*$/;

/** With what is open closed or kept back, so that what is drawn once stays what it is. */
export function mended(block: string): string {
  if (FENCE.test(block)) return block;
  const formula = openFormula(block);
  const shown = withoutHalves(formula >= 0 ? block.slice(0, formula) : block);
  const withoutCode = shown.replace(/`[^`\n]*`/g, '');
  if (withoutCode.includes('`')) return `${shown}\``;
  const bold = (withoutCode.match(/\*\*/g) ?? []).length;
  return bold % 2 === 1 ? (/\*\*$/.test(shown) ? shown.slice(0, -2) : `${shown}**`) : shown;
}

function withoutHalves(block: string): string {
  const line = block.slice(block.lastIndexOf('\n') + 1);
  if (line.includes('`')) return block;
  const shown = block.replace(/\\$/, '').replace(HALF_MARKER, '').replace(HALF_LINK, '$1').replace(MARKS_ALONE, '');
  return isHalfTable(shown) ? shown.replace(TABLE_HEAD, '') : shown;
}

/** Whether it ends with a table's head alone, or with one whose rule has fewer cells as yet. */
function isHalfTable(block: string): boolean {
  const lines = block.split('\n');
  const [head, rule, ...rows] = lines.slice(lines.findLastIndex((line) => !/^[ \t]*\|/.test(line)) + 1);
  if (head === undefined || rows.length > 0) return false;
  return rule === undefined || (/^[|:\- \t]*$/.test(rule) && (!WHOLE_RULE.test(rule) || cellsOf(rule) < cellsOf(head)));
}

const cellsOf = (row: string) => row.trim().replace(/^\||\|$/g, '').split('|').length;
