// Names for single requests, so that a repeat of one is known as such.

/** A name for one sending; `randomUUID` is missing on pages without a certificate. */
export function keyOf(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
