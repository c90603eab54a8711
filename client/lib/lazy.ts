// Code that few pages need: fetched when the first of them does, once, and told to all who wait for it.
import { useEffect, useSyncExternalStore } from 'react';
import { MISSING } from './missing';

type State<T> = { readonly loaded: T | null; readonly hasFailed: boolean };

export interface Lazy<T> {
  /** Fetch it unless it is here or on its way: resolves after the first try. Never rejects; what failed is tried again by itself. */
  want: () => Promise<void>;
  subscribe: (listener: () => void) => () => void;
  state: () => State<T>;
}

/** How long to wait before it is tried again; after the last one only a network that comes back makes it worth it. */
const AGAIN_MS = [1_000, 5_000, 20_000];

export function lazily<T>(load: () => Promise<T>): Lazy<T> {
  const listeners = new Set<() => void>();
  let state: State<T> = { loaded: null, hasFailed: false };
  let asked: Promise<void> | null = null;
  let numFailed = 0;
  const settle = (next: State<T>) => {
    state = next;
    for (const listener of listeners) listener();
  };
  const ask = (): Promise<void> =>
    load().then(
      (loaded) => settle({ loaded, hasFailed: false }),
      () => {
        settle({ loaded: null, hasFailed: true });
        const wait = AGAIN_MS[numFailed++];
        if (wait !== undefined) setTimeout(() => void ask(), wait);
        else giveUp();
      },
    );
  // Offline it is nobody's fault; else what this page was built with is gone, and a page loaded anew has the new one.
  const giveUp = () => {
    if (navigator.onLine) MISSING.report();
    window.addEventListener('online', () => void ask(), { once: true });
  };
  return {
    want: () => (asked ??= ask()),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    state: () => state,
  };
}

const NOTHING: State<never> = { loaded: null, hasFailed: false };

/** What was fetched, or null; fetches it when `isWanted`. */
export function useLazy<T>(lazy: Lazy<T>, isWanted: boolean): State<T> {
  const state = useSyncExternalStore(lazy.subscribe, lazy.state, () => NOTHING);
  useEffect(() => {
    if (isWanted) void lazy.want();
  }, [lazy, isWanted]);
  return isWanted ? state : NOTHING;
}
