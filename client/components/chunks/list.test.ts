import { expect, test } from 'vitest';
import { placeOf } from './list';

test('a passage says on which pages it stands', () => {
  const pages: [number | null, number | null][] = [[3, 3], [3, 4], [3, null], [null, null]];
  expect(pages.map(([pageFirst, pageLast]) => placeOf({ pageFirst, pageLast }))).toEqual(['p. 3', 'p. 3–4', 'p. 3', '']);
});
