// Sends a large file in parts, a few side by side; those that have arrived are left out, and one that fails is repeated.
import type { Put } from './put';

export interface PartPlan {
  partBytes: number;
  numParts: number;
  /** The numbers of the parts that the store has, from 1. */
  stored: readonly number[];
}

/** What sending needs of the world. */
export interface PartSteps {
  plan: () => Promise<PartPlan>;
  /** The address for one part, or null when it has arrived meanwhile. */
  sign: (part: { number: number; sha256: string }) => Promise<Put | null>;
  hash: (part: Blob, onProgress: (progress: number) => void, signal: AbortSignal) => Promise<string>;
  put: (part: Blob, put: Put, onProgress: (progress: number) => void, signal: AbortSignal) => Promise<void>;
  /** Before a part is tried again, for the nth time. */
  pause: (tries: number, signal: AbortSignal) => Promise<void>;
}

export const PARALLEL_PARTS = 3;
export const TRIES = 4;

/** Resolves when the store has every part; rejects with what one of them failed by in the end. */
export async function sendParts(file: Blob, steps: PartSteps, onProgress: (progress: number) => void, signal: AbortSignal): Promise<void> {
  const { partBytes, numParts, stored } = await steps.plan();
  const arrived = new Map<number, number>();
  const sliceOf = (number: number) => file.slice((number - 1) * partBytes, number * partBytes);
  const tell = (number: number, bytes: number) => {
    arrived.set(number, bytes);
    let sum = 0;
    for (const each of arrived.values()) sum += each;
    onProgress(sum / file.size);
  };
  for (const number of stored) tell(number, sliceOf(number).size);

  // One that fails for good, or the person, ends all of them.
  const end = new AbortController();
  const either = AbortSignal.any([signal, end.signal]);
  async function send(number: number) {
    const slice = sliceOf(number);
    for (let tries = 1; ; tries += 1) {
      try {
        const sha256 = await steps.hash(slice, () => {}, either);
        const put = await steps.sign({ number, sha256 });
        if (put) await steps.put(slice, put, (progress) => tell(number, progress * slice.size), either);
        tell(number, slice.size);
        return;
      } catch (error) {
        tell(number, 0);
        if (either.aborted || tries === TRIES) throw error;
        await steps.pause(tries, either);
      }
    }
  }

  const missing = Array.from({ length: numParts }, (_, index) => index + 1).filter((number) => !arrived.has(number));
  async function work() {
    for (let number = missing.shift(); number !== undefined; number = missing.shift()) await send(number);
  }
  try {
    await Promise.all(Array.from({ length: PARALLEL_PARTS }, work));
  } finally {
    end.abort();
  }
}

/** Waits longer each time: one, two, four seconds. */
export function pause(tries: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, 1000 * 2 ** (tries - 1));
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(new DOMException('Cancelled', 'AbortError'));
    }, { once: true });
  });
}
