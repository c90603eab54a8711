// Addresses of the web, as people paste them.

/** The addresses in a pasted text; what has no scheme gets https. */
export function addressesIn(text: string): string[] {
  const words = text.split(/\s+/).filter(Boolean);
  return [...new Set(words.map((word) => (/^https?:\/\//i.test(word) ? word : `https://${word}`)))];
}
