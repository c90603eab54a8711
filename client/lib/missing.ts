// Whether a part of this page's code could not be fetched: the product may have been replaced by a newer one meanwhile.

const listeners = new Set<() => void>();
let isMissing = false;

export const MISSING = {
  report(): void {
    isMissing = true;
    for (const listener of listeners) listener();
  },
  subscribe(listener: () => void) {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
  isReported: () => isMissing,
};

/** Whether this is the error of code that could not be fetched. */
export function isMissingCode(error: unknown): boolean {
  return error instanceof Error && (error.name === 'ChunkLoadError' || /loading (css )?chunk|load chunk|dynamically imported module/i.test(error.message));
}
