import { cleanup, render } from '@testing-library/react';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { Markdown } from '@/components/markdown/markdown';
import { blocksOf } from './blocks';
import { COLOURS } from './colours';
import { mended } from './growing';
import { MATHS } from './maths';

beforeAll(() => {
  // As every page of ours has it; KaTeX asks when it is fetched.
  Object.defineProperty(document, 'compatMode', { value: 'CSS1Compat', configurable: true });
  return Promise.all([MATHS.want(), COLOURS.want()]);
});
afterEach(cleanup);

const ANSWER = [
  'The *load* is $F = m \\cdot g$, at **most** \\(40\\,t\\) [1], and costs $5 or $10.',
  '## Why\nBy [the guide](https://example.org/a_b) and `code $x$`:\n- one\n- two \\[ \\sqrt{a^2 + b^2} \\]\n\n  - three',
  '$$\nM = \\int_0^L x\\,q(x)\\,dx = \\frac{q L^2}{2}\n$$',
  'Here:\n| Crane | Lifts |\n|---|---:|\n| Harbour | 40 t [2] |\n| Quay | $x^2$ |',
  '```python\ndef lift(tonnes: float) -> bool:\n    # Never $40$.\n\n    return tonnes <= 40\n```',
  '1. first\n2. second\n\n> quoted \\[x\\]\n\n---\n\nThe end, \\$3.',
].join('\n\n');

test('every beginning of an answer is drawn without half a formula, table or mark, and what is settled stays', { timeout: 30_000 }, () => {
  const numbers = blocksOf(ANSWER).map((_, index, blocks) => numberOfElements(blocks.slice(0, index)));
  const { container, rerender } = render(<Markdown text="" isGrowing />);
  const settled: Element[] = [];
  for (let length = 1; length <= ANSWER.length; length += 1) {
    const text = ANSWER.slice(0, length);
    rerender(<Markdown text={text} isGrowing />);
    const drawn = Array.from(container.firstElementChild?.children ?? []);
    const numSettled = numbers[blocksOf(text).length - 1] ?? 0;
    expect(settled.every((element, index) => element === drawn[index])).toBe(true);
    settled.push(...drawn.slice(settled.length, numSettled));
    const growing = drawn.slice(numSettled);
    expect(growing.some((element) => element.querySelector('.katex-error'))).toBe(false);
    expect(growing.map(wordsOf).join('\n')).not.toMatch(/\\[([]|\\frac|\\cdot|\]\(|\||\[\d/);
  }
  const grown = container.innerHTML;
  cleanup();
  expect(grown).toBe(render(<Markdown text={ANSWER} />).container.innerHTML);
});

/** How many elements whole blocks become: a heading with what stands right below it is more than one. */
function numberOfElements(blocks: string[]): number {
  const { container, unmount } = render(<Markdown text={blocks.join('\n\n')} />);
  const number = container.firstElementChild?.children.length ?? 0;
  unmount();
  return number;
}

/** The text outside of code and formulas. */
function wordsOf(element: Element): string {
  if (element.matches('.code-block')) return '';
  const copy = element.cloneNode(true) as Element;
  for (const other of copy.querySelectorAll('.katex, pre, code')) other.remove();
  return copy.textContent;
}

test('formulas are drawn in all four notations, prices and code are left alone', () => {
  const { container } = render(<Markdown text={ANSWER} />);
  const sources = Array.from(container.querySelectorAll('annotation'), ({ textContent }) => textContent);
  expect(sources).toEqual(['F = m \\cdot g', '40\\,t', '\\sqrt{a^2 + b^2}', 'M = \\int_0^L x\\,q(x)\\,dx = \\frac{q L^2}{2}', 'x^2', 'x']);
  expect(container.querySelectorAll('.katex-display')).toHaveLength(3);
  expect(container.textContent).toContain('and costs $5 or $10.');
  expect(container.textContent).toContain('The end, $3.');
  expect(container.querySelector('code')?.textContent).toBe('code $x$');
  expect(container.querySelector('.hljs-keyword')?.textContent).toBe('def');
});

test('a formula that is no formula is shown as it was written', () => {
  const { container } = render(<Markdown text={'So $\\frac{1}$ fails.'} />);
  expect(container.querySelector('.katex-error')?.textContent).toBe('\\frac{1}');
});

test('what may still become something else is kept back', () => {
  const kept: [string, string][] = [
    ['so $$\\fr', 'so '],
    ['so $x^', 'so '],
    ['for $5 and', 'for $5 and'],
    ['see [1', 'see '],
    ['see [the guide](htt', 'see the guide'],
    ['text\n-', 'text'],
    ['text\n| a | b |\n|--|', 'text'],
    ['| a |\n|---|\n| 1', '| a |\n|---|\n| 1'],
    ['`[1', '`[1`'],
    ['a \\', 'a '],
    ['a \\\\(b', 'a \\\\(b'],
  ];
  expect(kept.map(([block]) => mended(block))).toEqual(kept.map(([, shown]) => shown));
});
