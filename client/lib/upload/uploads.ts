// The uploads of one project: a few at a time, each from the hash to the confirmation, each repeatable.
import { Refused, sentenceOf } from '@/apollo/outcome';
import type { Put } from './put';
import { hopeless } from './readable';

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
  /** Whether sending it again would fail again. */
  readonly isHopeless: boolean;
  /** Under which name the browser keeps the file until it has arrived; null for those that are sent at once. */
  readonly keptAs: string | null;
}

export interface Ticket {
  documentId: string;
  /** The document that has these bytes already; then there is nothing to send. */
  duplicateOf: string | null;
  put: Put | null;
  /** Whether it is large, and sent part by part. */
  isInParts: boolean;
}

/** What uploads need of the world; tests bring their own. */
export interface Steps {
  hash: (file: File, onProgress: (progress: number) => void, signal: AbortSignal) => Promise<string>;
  request: (file: File, sha256: string, replaces: string | null) => Promise<Ticket>;
  put: (file: File, put: Put, onProgress: (progress: number) => void, signal: AbortSignal) => Promise<void>;
  putParts: (file: File, documentId: string, onProgress: (progress: number) => void, signal: AbortSignal) => Promise<void>;
  confirm: (documentId: string) => Promise<void>;
  /** Lets a file outlive the page; gives the name it is kept by. */
  keep: (file: File, replaces: string | null) => Promise<string>;
  release: (keptAs: string) => Promise<void>;
}

/** A file that was on its way when the page was left. */
export interface Left {
  file: File;
  replaces: string | null;
  keptAs: string;
}

export const LEFT = 'Interrupted when the page was left. What has arrived is not sent again.';

export const PARALLEL = 3;
/** Refusals that are of the file itself. */
const FINAL: ReadonlySet<string> = new Set(['INVALID', 'TOO_LARGE', 'UNSUPPORTED_TYPE']);
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
    const added = Array.from(files, (file) => {
      const message = hopeless(file);
      return this.begun({ file, replaces, ...(message && { phase: 'failed', message, isHopeless: true }) });
    });
    this.replace([...this.list, ...added]);
    this.startNext();
  }

  /** Show what was interrupted; one click sends the rest. */
  restore(left: readonly Left[]): void {
    const known = new Set(this.list.map(({ keptAs }) => keptAs));
    const added = left.filter(({ keptAs }) => !known.has(keptAs)).map((one) => this.begun({ ...one, phase: 'failed', message: LEFT }));
    this.replace([...this.list, ...added]);
  }

  /** From the beginning: the hash is cheap, and the API gives a new address for what has not arrived. */
  retry(key: number): void {
    this.change(key, { phase: 'waiting', progress: 0, message: null });
    this.startNext();
  }

  retryFailed(): void {
    for (const { key, phase, isHopeless } of this.list) if (phase === 'failed' && !isHopeless) this.retry(key);
  }

  /** Stop all that have not arrived, and take them off the list. */
  cancelAll(): void {
    for (const { key, phase } of this.list) if (!ENDED.has(phase)) this.remove(key);
  }

  /** Stop it if it runs, and take it off the list. */
  remove(key: number): void {
    this.release(key);
    this.replace(this.list.filter((upload) => upload.key !== key));
    this.aborts.get(key)?.abort();
  }

  clearEnded(): void {
    for (const { key, phase } of this.list) if (ENDED.has(phase)) this.release(key);
    this.replace(this.list.filter(({ phase }) => !ENDED.has(phase)));
  }

  private begun(given: Pick<Upload, 'file' | 'replaces'> & Partial<Upload>): Upload {
    return { key: this.nextKey++, phase: 'waiting', progress: 0, documentId: null, message: null, isHopeless: false, keptAs: null, ...given };
  }

  private release(key: number): void {
    const keptAs = this.list.find((upload) => upload.key === key)?.keptAs;
    if (keptAs) void this.steps.release(keptAs);
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

  private async run({ key, file, replaces, keptAs }: Upload): Promise<void> {
    const abort = new AbortController();
    this.aborts.set(key, abort);
    const onProgress = (progress: number) => this.change(key, { progress });
    try {
      const sha256 = await this.steps.hash(file, onProgress, abort.signal);
      const ticket = await this.steps.request(file, sha256, replaces);
      if (ticket.duplicateOf || !ticket.put) {
        this.release(key);
        this.change(key, { phase: 'duplicate', progress: 1, documentId: ticket.duplicateOf });
        return;
      }
      this.change(key, { phase: 'sending', progress: 0, documentId: ticket.documentId });
      if (ticket.isInParts) {
        if (!keptAs) this.change(key, { keptAs: await this.steps.keep(file, replaces) });
        abort.signal.throwIfAborted();
        await this.steps.putParts(file, ticket.documentId, onProgress, abort.signal);
      } else {
        await this.steps.put(file, ticket.put, onProgress, abort.signal);
      }
      this.change(key, { phase: 'confirming', progress: 1 });
      await this.steps.confirm(ticket.documentId);
      this.release(key);
      this.change(key, { phase: 'done' });
    } catch (error) {
      this.change(key, { phase: 'failed', message: sentenceOf(error), isHopeless: error instanceof Refused && FINAL.has(error.code) });
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
