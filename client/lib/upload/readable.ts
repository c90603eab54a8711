// Which files are worth sending: what is refused in any case is told before it is hashed.

export const ACCEPT = '.pdf,.docx,.doc,.html,.htm,.md,.markdown,.txt,.csv,.tsv,.xlsx,.xlsm,.docm,.pptx,.pptm,.epub,.png,.jpg,.jpeg,.tif,.tiff,.webp';

// Some systems know no type for these; the server checks the bytes in any case.
const TYPES: Record<string, string> = {
  md: 'text/markdown',
  markdown: 'text/markdown',
  txt: 'text/plain',
  csv: 'text/csv',
  epub: 'application/epub+zip',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  doc: 'application/msword',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
};

const NEVER = new Set(['audio', 'video', 'font']);

const endingOf = (name: string) => (/\.([^.]+)$/.exec(name)?.[1] ?? '').toLowerCase();

export function typeOf({ name, type }: Pick<File, 'name' | 'type'>): string {
  return TYPES[endingOf(name)] ?? (type || 'application/octet-stream');
}

/** Why sending this file again and again would not help; null for what the server shall judge. */
export function hopeless({ name, type, size }: Pick<File, 'name' | 'type' | 'size'>): string | null {
  if (size === 0) return 'The file is empty.';
  const ending = endingOf(name);
  const isKnown = ACCEPT.split(',').includes(`.${ending}`);
  if (isKnown || (type !== '' && type !== 'application/octet-stream' && !NEVER.has(type.split('/')[0] ?? ''))) return null;
  return ending ? `Files that end in .${ending} cannot be read.` : 'Files of this kind cannot be read.';
}
