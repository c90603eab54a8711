import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { lazily } from './lazy';
import { isMissingCode, MISSING } from './missing';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('what failed to load is tried again by itself, and all who wait are told', async () => {
  const load = vi.fn<() => Promise<string>>().mockRejectedValueOnce(new Error('Failed to load chunk')).mockResolvedValue('katex');
  const lazy = lazily(load);
  const told: unknown[] = [];
  lazy.subscribe(() => told.push(lazy.state()));
  void lazy.want();
  void lazy.want();
  await vi.advanceTimersByTimeAsync(0);
  expect(told).toEqual([{ loaded: null, hasFailed: true }]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(told.at(-1)).toEqual({ loaded: 'katex', hasFailed: false });
  expect(load).toHaveBeenCalledTimes(2);
  expect(MISSING.isReported()).toBe(false);
});

test('what cannot be had is reported in the end, and asked for once more when the network comes back', async () => {
  let isBack = false;
  const load = vi.fn(async () => {
    if (!isBack) throw new Error('Failed to load chunk');
    return 'katex';
  });
  const lazy = lazily(load);
  void lazy.want();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(load).toHaveBeenCalledTimes(4);
  expect(MISSING.isReported()).toBe(true);
  isBack = true;
  window.dispatchEvent(new Event('online'));
  await vi.advanceTimersByTimeAsync(0);
  expect(lazy.state().loaded).toBe('katex');
});

test('code that is gone is told from a mistake in it', () => {
  expect(isMissingCode(Object.assign(new Error('x'), { name: 'ChunkLoadError' }))).toBe(true);
  expect(isMissingCode(new TypeError('Failed to fetch dynamically imported module: /a.js'))).toBe(true);
  expect(isMissingCode(new TypeError('a is undefined'))).toBe(false);
});
