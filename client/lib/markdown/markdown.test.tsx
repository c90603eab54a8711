import { render, screen, within } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { cleanup } from '@testing-library/react';
import { CitationsContext } from '@/components/citations/context';
import { Markdown } from '@/components/markdown/markdown';
import type { CitationPartsFragment } from '@/gql/graphql';
import { blocksOf } from './blocks';
import { mended } from './growing';

afterEach(cleanup);

test('a text is cut where no block goes on', () => {
  expect(blocksOf('one\ntwo\n\n\nthree\n')).toEqual(['one\ntwo', 'three']);
  expect(blocksOf('- a\n\n- b\n\n  more\n\nend')).toEqual(['- a\n\n- b\n\n  more', 'end']);
  expect(blocksOf('```py\na\n\nb\n```\n\nend')).toEqual(['```py\na\n\nb\n```', 'end']);
  expect(blocksOf('````\n```\n\nstill code\n````\n\nend')).toEqual(['````\n```\n\nstill code\n````', 'end']);
  expect(blocksOf('\n\n')).toEqual([]);
});

test('a growing text keeps its first blocks as they are', () => {
  const text = 'First **part**.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode\n\nmore\n```\n\nLast.';
  for (let length = 1; length <= text.length; length += 1) {
    const whole = blocksOf(text);
    const sofar = blocksOf(text.slice(0, length));
    expect(sofar.slice(0, -1)).toEqual(whole.slice(0, sofar.length - 1));
  }
});

test('open marks at the end are closed', () => {
  expect(['a **b', 'a **', 'a `b', '**a** b', '```\n**'].map(mended)).toEqual(['a **b**', 'a ', 'a `b`', '**a** b', '```\n**']);
});

test('HTML is not markup, images are not loaded, and links open elsewhere without a trace', () => {
  const { container } = render(<Markdown text={'<img src=x onerror=alert(1)><b>x</b>\n\n![a cat](http://evil.example/cat.png)\n\n[link](http://other.example) [bad](javascript:alert(1))'} />);
  expect(container.querySelectorAll('img, b, script')).toHaveLength(0);
  expect(container.textContent).toContain('[image: a cat]');
  expect(screen.getByText('link').getAttribute('rel')).toBe('noopener noreferrer nofollow');
  expect(screen.getByText('bad').getAttribute('href')).toBe('');
});

test('sentences without a source are marked where they stand, counted in characters and across blocks', () => {
  const text = '# 😀 Head\n\nTrue [1]. Made **up** thus [2].\n\n- 😀 Also made up.\n- True.';
  const characters = Array.from(text);
  const spanOf = (words: string) => {
    const start = Array.from(text.slice(0, text.indexOf(words))).length;
    return { start, end: start + Array.from(words).length };
  };
  const spans = [spanOf('Made **up** thus [2].'), spanOf('Also made up.')];
  expect(spans.map(({ start, end }) => characters.slice(start, end).join(''))).toEqual(['Made **up** thus [2].', 'Also made up.']);
  const { container } = render(<Markdown text={text} unsupported={spans} />);
  const marked = Array.from(container.querySelectorAll('[title="No source holds this"]'), ({ textContent }) => textContent);
  expect(marked).toEqual(['Made ', 'up', ' thus 2.', 'Also made up.']);
});

const citation = (marker: number, quote: string): CitationPartsFragment => ({
  __typename: 'Citation',
  id: quote,
  position: 0,
  marker,
  documentName: quote,
  page: 2,
  boxes: [],
  chunkText: '',
  quote,
  span: null,
  foundIn: null,
  score: 1,
  status: 'VERIFIED',
  document: null,
});

test('each marker leads to the citation of its own claim, across blocks, and code has none', () => {
  render(
    <CitationsContext value={[citation(1, 'first'), citation(2, 'other'), citation(1, 'second')]}>
      <Markdown text={'A claim [1], another [2].\n\n`x[1]`\n\n- again [1]\n- and once more [1] [9]'} />
    </CitationsContext>,
  );
  const labels = screen.getAllByRole('button').map((button) => button.getAttribute('aria-label'));
  expect(labels).toEqual(['first', 'other', 'second', 'second'].map((name) => `Source ${name === 'other' ? 2 : 1}: ${name}, page 2 (verified)`));
  expect(within(screen.getByText('x[1]')).queryByRole('button')).toBeNull();
  expect(screen.getByText('9').tagName).toBe('SPAN');
});
