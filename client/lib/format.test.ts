import { expect, test } from 'vitest';
import { addressesIn } from '@/components/uploads/addresses';
import { factsOf } from '@/components/documents/facts';
import { ago, bytes, count } from './format';

test('numbers read as people say them', () => {
  expect([0, 999, 1_400, 25_600_000, 250_000_000].map(bytes)).toEqual(['0 B', '999 B', '1.4 kB', '25.6 MB', '250 MB']);
  expect([count(1, 'page'), count(1_200, 'page')]).toEqual(['1 page', '1,200 pages']);
});

test('times are told from now, and as a day after a week', () => {
  const now = Date.parse('2026-03-10T12:00:00Z');
  const at = (iso: string) => ago(iso, now);
  expect(['2026-03-10T11:59:30Z', '2026-03-10T11:00:00Z', '2026-03-09T11:00:00Z', '2026-02-01T12:00:00Z'].map(at)).toEqual(['just now', '1 hour ago', 'yesterday', 'Feb 1, 2026']);
});

test('pasted text gives its addresses, each once, with a scheme', () => {
  expect(addressesIn(' https://a.example/x\nb.example  https://a.example/x ')).toEqual(['https://a.example/x', 'https://b.example']);
});

test('what a stage found is told in words', () => {
  const nothing = { numPages: null, numOcrPages: 0, numUnreadPages: null, elements: null, numChunks: null, summaries: null, numWithoutSummary: null, embeddings: null };
  const found = { ...nothing, numPages: 4, numOcrPages: 1, elements: [{ kind: 'TITLE', count: 1 }, { kind: 'LIST_ITEM', count: 3 }] };
  expect(factsOf(found)).toBe(' · 4 pages, 1 page read off images, 1 title, 3 list items');
  expect(factsOf({ ...nothing, embeddings: { done: 2 } })).toBe(' · 2 passages embedded');
  expect(factsOf({ ...nothing, numChunks: 1, embeddings: { done: 1 } })).toBe(' · 1 passage, 1 passage embedded');
  expect(factsOf(nothing)).toBe('');
});
