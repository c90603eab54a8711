// Asks a worker for a file's SHA-256.

type Answer = { progress: number } | { sha256: string } | { error: string };

/** The hash in lower-case hex; rejects when the file cannot be read or the signal aborts. */
export function hashFile(file: Blob, onProgress: (progress: number) => void, signal: AbortSignal): Promise<string> {
  const worker = new Worker(new URL('./hash.worker.ts', import.meta.url), { type: 'module' });
  return new Promise<string>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new DOMException('Cancelled', 'AbortError')), { once: true });
    worker.onerror = () => reject(new Error('The file could not be hashed in this browser.'));
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if ('progress' in data) onProgress(data.progress);
      else if ('sha256' in data) resolve(data.sha256);
      else reject(new Error(data.error));
    };
    worker.postMessage(file);
  }).finally(() => worker.terminate());
}
