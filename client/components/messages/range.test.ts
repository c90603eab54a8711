import { expect, test } from 'vitest';
import { keptWith } from './range';

test('the last question and answer are drawn wherever the reader is, in order and once', () => {
  expect(keptWith([3, 4, 5], 10, -1)).toEqual([3, 4, 5, 8, 9]);
  expect(keptWith([7, 8], 10, -1)).toEqual([7, 8, 9]);
  expect(keptWith([], 1, -1)).toEqual([0]);
  expect(keptWith([], 0, -1)).toEqual([]);
});

test('the message that has the focus stays', () => {
  expect(keptWith([5, 6], 20, 1)).toEqual([1, 5, 6, 18, 19]);
});
