// Hashes a file piece by piece, away from the page's own thread.
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

const PIECE_BYTES = 4 * 1024 * 1024;

async function hash(file: Blob): Promise<string> {
  const digest = sha256.create();
  for (let start = 0; start < file.size; start += PIECE_BYTES) {
    const piece = await file.slice(start, start + PIECE_BYTES).arrayBuffer();
    digest.update(new Uint8Array(piece));
    self.postMessage({ progress: Math.min(1, (start + PIECE_BYTES) / file.size) });
  }
  return bytesToHex(digest.digest());
}

self.onmessage = ({ data }: MessageEvent<Blob>) => {
  hash(data).then(
    (sha256) => self.postMessage({ sha256 }),
    () => self.postMessage({ error: 'The file could not be read. It may have been moved or changed.' }),
  );
};
