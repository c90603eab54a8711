// All files of a drop, those in folders included.

/** The files, in the order of the folders; hidden ones are left out. */
export async function filesOf(transfer: DataTransfer): Promise<File[]> {
  // Entries have to be taken at once: the transfer is emptied when the event ends.
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length === 0) return Array.from(transfer.files);
  const found = await Promise.all(entries.map(under));
  return withoutHidden(found.flat());
}

/** What systems put into folders for themselves is nobody's document. */
export function withoutHidden(files: readonly File[]): File[] {
  return files.filter(({ name, webkitRelativePath }) => !`/${webkitRelativePath || name}`.includes('/.'));
}

async function under(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    return [await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const files: File[] = [];
  for (;;) {
    // A reader gives a hundred at most each time, and none at the end.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return files;
    files.push(...(await Promise.all(some.map(under))).flat());
  }
}
