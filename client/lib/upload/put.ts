// Sends bytes straight to the object store, telling how far they are.

export interface Put {
  url: string;
  headers: { name: string; value: string }[];
}

// The browser sets these itself, from the file and the address.
const OWN = new Set(['content-length', 'host']);

/** Resolves when the store has them; rejects with a sentence when the way there is cut or it refuses. */
export function putFile(file: Blob, { url, headers }: Put, onProgress: (progress: number) => void, signal: AbortSignal): Promise<void> {
  const request = new XMLHttpRequest();
  return new Promise<void>((resolve, reject) => {
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.upload.onprogress = ({ loaded }) => onProgress(file.size ? loaded / file.size : 1);
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve();
      else reject(new Error(`The file store refused the file (status ${request.status}). Try again.`));
    };
    request.onerror = () => reject(new Error('The upload was interrupted. Check the connection and try again.'));
    request.onabort = () => reject(new DOMException('Cancelled', 'AbortError'));
    request.open('PUT', url);
    for (const { name, value } of headers) {
      if (!OWN.has(name.toLowerCase())) request.setRequestHeader(name, value);
    }
    request.send(file);
  });
}
