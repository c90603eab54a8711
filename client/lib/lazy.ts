// Code that few pages need: fetched when the first of them does, once, and told to all who wait for it.
import { useEffect, useSyncExternalStore } from 'react';

type State<T> = { readonly loaded: T | null; readonly hasFailed: boolean };

export interface Lazy<T> {
  /** Fetch it unless it is here or on its way; one that failed is tried again after a while. Never rejects. */
  want: () => Promise<void>;
  subscribe: (listener: () => void) => () => void;
  state: () => State<T>;
}

/** One that failed is not asked for by everything that is drawn in the meantime. */
const AGAIN_MS = 10_000;

export function lazily<T>(load: () => Promise<T>): Lazy<T> {
  const listeners = new Set<() => void>();
  let state: State<T> = { loaded: null, hasFailed: false };
  let asked: Promise<void> | null = null;
  const settle = (next: State<T>) => {
    state = next;
    for (const listener of listeners) listener();
  };
  return {
    want: () =>
      (asked ??= load().then(
        (loaded) => settle({ loaded, hasFailed: false }),
        () => {
          setTimeout(() => (asked = null), AGAIN_MS);
          settle({ loaded: null, hasFailed: true });
        },
      )),
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
