// Large files that are on their way, kept in the browser's own database: a reload loses neither them nor what arrived.

export interface Kept {
  key: string;
  /** Whose upload it is, and into which project: nobody else is offered it. */
  owner: string;
  file: File;
  replaces: string | null;
}

const NAME = 'opentrace.uploads';
const TABLE = 'files';

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE, { keyPath: 'key' });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('The database of the browser does not open.'));
  });
}

async function ask<T>(mode: IDBTransactionMode, work: (table: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await opened();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(TABLE, mode);
      const request = work(transaction.objectStore(TABLE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? new Error('The browser keeps no more.'));
    });
  } finally {
    database.close();
  }
}

/** Best effort: where the browser has no place, a reload means choosing the file again. */
const quietly = (work: Promise<unknown>) => work.then(() => {}, () => {});

/** The files of one owner that were on their way when the page was left, in the order they came. */
export async function keptOf(owner: string): Promise<Kept[]> {
  try {
    const all = (await ask('readonly', (table) => table.getAll())) as Kept[];
    return all.filter((kept) => kept.owner === owner);
  } catch {
    return [];
  }
}

export const keep = (kept: Kept) => quietly(ask('readwrite', (table) => table.put(kept)));
export const release = (key: string) => quietly(ask('readwrite', (table) => table.delete(key)));
