import { expect, test } from 'vitest';
import { PARALLEL_PARTS, sendParts, TRIES, type PartSteps } from './parts';

const FILE = new File(['aaaabbbbccccdd'], 'large.pdf');

interface World extends PartSteps {
  sent: Map<string, string>;
  pauses: number[];
}

/** A store that takes everything, with `changed` steps in their place. */
function world(changed: Partial<PartSteps> = {}): World {
  const sent = new Map<string, string>();
  const pauses: number[] = [];
  return {
    sent,
    pauses,
    plan: async () => ({ partBytes: 4, numParts: 4, stored: [] }),
    sign: async ({ number, sha256 }) => ({ url: `http://store/${number}`, headers: [{ name: 'x-amz-checksum-sha256', value: sha256 }] }),
    hash: async (part) => `hash of ${await part.text()}`,
    put: async (part, { url }) => void sent.set(url, await part.text()),
    pause: async (tries) => void pauses.push(tries),
    ...changed,
  };
}

const never = new AbortController().signal;

test('a file is cut, and every part goes to its own address with its own hash', async () => {
  const hashes: string[] = [];
  const steps = world();
  const { sign } = steps;
  steps.sign = (part) => {
    hashes.push(part.sha256);
    return sign(part);
  };
  const told: number[] = [];
  await sendParts(FILE, steps, (progress) => told.push(progress), never);
  expect(Object.fromEntries(steps.sent)).toEqual({ 'http://store/1': 'aaaa', 'http://store/2': 'bbbb', 'http://store/3': 'cccc', 'http://store/4': 'dd' });
  expect(hashes.sort()).toEqual(['hash of aaaa', 'hash of bbbb', 'hash of cccc', 'hash of dd']);
  expect(told.at(-1)).toBe(1);
});

test('what has arrived is not sent again, and counts at once', async () => {
  const steps = world({ plan: async () => ({ partBytes: 4, numParts: 4, stored: [1, 3] }) });
  const told: number[] = [];
  await sendParts(FILE, steps, (progress) => told.push(progress), never);
  expect([...steps.sent.keys()].sort()).toEqual(['http://store/2', 'http://store/4']);
  expect(told.slice(0, 2)).toEqual([4 / 14, 8 / 14]);
});

test('a part that fails is tried again with a new address, and no other is', async () => {
  const asked: number[] = [];
  let failures = 2;
  const steps = world();
  const { sign, put } = steps;
  steps.sign = (part) => {
    asked.push(part.number);
    return sign(part);
  };
  steps.put = async (part, to, ...rest) => {
    if (to.url.endsWith('/2') && failures-- > 0) throw new Error('cut off');
    return put(part, to, ...rest);
  };
  await sendParts(FILE, steps, () => {}, never);
  expect(asked.sort()).toEqual([1, 2, 2, 2, 3, 4]);
  expect([steps.pauses, steps.sent.size]).toEqual([[1, 2], 4]);
});

test('a part that fails for good ends the others and says why', async () => {
  let aborted = 0;
  const steps = world({
    put: (_part, { url }, _onProgress, signal) =>
      url.endsWith('/1')
        ? Promise.reject(new Error('refused'))
        : new Promise((_, reject) => signal.addEventListener('abort', () => { aborted += 1; reject(new DOMException('Cancelled', 'AbortError')); })),
  });
  await expect(sendParts(FILE, steps, () => {}, never)).rejects.toThrow('refused');
  expect(steps.pauses).toHaveLength(TRIES - 1);
  expect(aborted).toBe(PARALLEL_PARTS - 1);
});

test('one that is cancelled sends no further part', async () => {
  const cancel = new AbortController();
  const steps = world();
  steps.put = async (_part, { url }) => {
    steps.sent.set(url, '');
    cancel.abort();
    throw new DOMException('Cancelled', 'AbortError');
  };
  await expect(sendParts(FILE, steps, () => {}, cancel.signal)).rejects.toThrow('Cancelled');
  expect(steps.sent.size).toBeLessThanOrEqual(PARALLEL_PARTS);
  expect(steps.pauses).toEqual([]);
});
