import { expect, test } from 'vitest';
import { crawlText } from './status';

const NONE = { __typename: 'CrawlCounts' as const, waiting: 0, added: 0, changed: 0, unchanged: 0, duplicate: 0, skipped: 0, failed: 0, missing: 0 };

test('a crawl tells what it did, and what is still to do only while it runs', () => {
  const counts = { ...NONE, waiting: 4, added: 1, failed: 2 };
  expect(crawlText({ status: 'RUNNING', counts })).toBe('Visiting pages · 1 page added, 2 failed, 4 to visit');
  expect(crawlText({ status: 'COMPLETED', counts })).toBe('Visited · 1 page added, 2 failed');
  expect(crawlText({ status: 'QUEUED', counts: NONE })).toBe('Waiting');
});
