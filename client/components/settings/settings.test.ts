import { expect, test } from 'vitest';
import { moveOf, movedOf } from './moves';
import { changedBy, type Values } from './use-draft';
import { searchedWith } from './use-preview';

const SAVED: Values = {
  ragStrategy: 'BASIC',
  agentType: 'SIMPLE',
  fusion: 'CONVEX',
  numChunks: 5,
  finalContextSize: 5,
  similarityThreshold: 0.3,
  useReranking: false,
  multiQueryCount: 3,
  vectorWeight: 0.5,
  keywordWeight: 0.5,
  neighbourChunks: 0,
  contextualChunks: false,
};

test('a value that goes back to what is saved is no change', () => {
  const changes = changedBy({ numChunks: 7 }, SAVED, 'ragStrategy', 'HYBRID');
  expect(changes).toEqual({ numChunks: 7, ragStrategy: 'HYBRID' });
  expect(changedBy(changes, SAVED, 'numChunks', 5)).toEqual({ ragStrategy: 'HYBRID' });
});

test('a search is asked only with what it knows, and with numbers that are whole', () => {
  expect(searchedWith({ ragStrategy: 'HYBRID', numChunks: 9, neighbourChunks: 2, agentType: 'AGENTIC' })).toEqual({ ragStrategy: 'HYBRID' });
  expect(searchedWith({ similarityThreshold: Number.NaN, useReranking: true })).toEqual({ useReranking: true });
});

test('a hit that moved says from where, and one that falls out says so on the saved side', () => {
  expect(moveOf(1, 3, true)).toEqual({ text: 'up 2', isGain: true });
  expect(moveOf(4, 3, true)).toEqual({ text: 'down 1', isGain: false });
  expect(moveOf(2, null, true)).toEqual({ text: 'new', isGain: true });
  expect([moveOf(2, 2, true), moveOf(2, 9, false)]).toEqual([null, null]);
  expect(moveOf(2, null, false)).toEqual({ text: 'falls out', isGain: false });
  const found = { hits: [{ rank: 1 }, { rank: 2 }, { rank: 3 }] };
  expect(movedOf({ found, ranksOtherwise: [1, null, 2] })).toBe(2);
});
