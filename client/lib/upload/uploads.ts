// The uploads of one project: a few at a time, each from the hash to the confirmation, each repeatable.
import { sentenceOf } from '@/apollo/outcome';
import type { Put } from './put';

export type Phase = 'waiting' | 'hashing' | 'sending' | 'confirming' | 'done' | 'duplicate' | 'failed';

export interface Upload {
  readonly key: number;
  readonly file: File;
  /** The document whose file it takes the place of; null for a new one. */
  readonly replaces: string | null;
  readonly phase: Phase;
  /** Of the phase, from 0 to 1. */
  readonly progress: number;
  readonly documentId: string | null;
  readonly message: string | null;
}

export interface Ticket {
  documentId: string;
  /** The document that has these bytes already; then there is nothing to send. */
  duplicateOf: string | null;
  put: Put | null;
}

/** What uploads need of the world; tests bring their own. */
export interface Steps {
  hash: (file: File, onProgress: (progress: number) => void, signal: AbortSignal) => Promise<string>;
  request: (file: File, sha256: string, replaces: string | null) => Promise<Ticket>;
  put: (file: File, put: Put, onProgress: (progress: number) => void, signal: AbortSignal) => Promise<void>;
  confirm: (documentId: string) => Promise<void>;
}

export const PARALLEL = 3;
const ENDED: ReadonlySet<Phase> = new Set(['done', 'duplicate', 'failed']);

/** A store that React reads by `subscribe` and `snapshot`. */
export class Uploads {
  private list: readonly Upload[] = [];
  private readonly listeners = new Set<() => void>();
  private readonly aborts = new Map<number, AbortController>();
  private nextKey = 0;
  private running = 0;

  constructor(private readonly steps: Steps) {}

  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  readonly snapshot = () => this.list;

  add(files: Iterable<File>, replaces: string | null = null): void {
    const added = Array.from(files, (file): Upload => ({
      key: this.nextKey++,
      file,
      replaces,
      phase: 'waiting',
      progress: 0,
      documentId: null,
      message: null,
    }));
    this.replace([...this.list, ...added]);
    this.startNext();
  }

  /** From the beginning: the hash is cheap, and the API gives a new address for what has not arrived. */
  retry(key: number): void {
    this.change(key, { phase: 'waiting', progress: 0, message: null });
    this.startNext();
  }

  retryFailed(): void {
    for (const { key, phase } of this.list) if (phase === 'failed') this.retry(key);
  }

  /** Stop it if it runs, and take it off the list. */
  remove(key: number): void {
    this.replace(this.list.filter((upload) => upload.key !== key));
    this.aborts.get(key)?.abort();
  }

  clearEnded(): void {
    this.replace(this.list.filter(({ phase }) => !ENDED.has(phase)));
  }

  private startNext(): void {
    while (this.running < PARALLEL) {
      const next = this.list.find(({ phase }) => phase === 'waiting');
      if (!next) return;
      this.running += 1;
      this.change(next.key, { phase: 'hashing' });
      void this.run(next).finally(() => {
        this.running -= 1;
        this.aborts.delete(next.key);
        this.startNext();
      });
    }
  }

  private async run({ key, file, replaces }: Upload): Promise<void> {
    const abort = new AbortController();
    this.aborts.set(key, abort);
    const onProgress = (progress: number) => this.change(key, { progress });
    try {
      const sha256 = await this.steps.hash(file, onProgress, abort.signal);
      const ticket = await this.steps.request(file, sha256, replaces);
      if (ticket.duplicateOf || !ticket.put) {
        this.change(key, { phase: 'duplicate', progress: 1, documentId: ticket.duplicateOf });
        return;
      }
      this.change(key, { phase: 'sending', progress: 0, documentId: ticket.documentId });
      await this.steps.put(file, ticket.put, onProgress, abort.signal);
      this.change(key, { phase: 'confirming', progress: 1 });
      await this.steps.confirm(ticket.documentId);
      this.change(key, { phase: 'done' });
    } catch (error) {
      this.change(key, { phase: 'failed', message: sentenceOf(error) });
    }
  }

  private change(key: number, changed: Partial<Upload>): void {
    this.replace(this.list.map((upload) => (upload.key === key ? { ...upload, ...changed } : upload)));
  }

  private replace(list: readonly Upload[]): void {
    this.list = list;
    for (const listener of this.listeners) listener();
  }
}
