import { expect, test } from 'vitest';
import { Refused } from '@/apollo/outcome';
import { LEFT, PARALLEL, Uploads, type Steps, type Ticket } from './uploads';

const file = (name: string) => new File(['content'], name);

interface World extends Steps {
  sent: string[];
  kept: Map<string, File>;
  confirmed: string[];
}

/** Steps that succeed at once, with `changed` ones in their place. */
function world(changed: Partial<Steps> = {}): World {
  const sent: string[] = [];
  const confirmed: string[] = [];
  const kept = new Map<string, File>();
  return {
    sent,
    confirmed,
    kept,
    putParts: async (named) => void sent.push(`parts of ${named.name}`),
    keep: async (named) => {
      kept.set(`kept ${named.name}`, named);
      return `kept ${named.name}`;
    },
    release: async (keptAs) => void kept.delete(keptAs),
    hash: async () => 'a'.repeat(64),
    request: async (named): Promise<Ticket> => ({ documentId: `document of ${named.name}`, duplicateOf: null, put: { url: 'http://store', headers: [] }, isInParts: false }),
    put: async (named) => void sent.push(named.name),
    confirm: async (document) => void confirmed.push(document),
    ...changed,
  };
}

function resolvers() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

const settled = async (uploads: Uploads) => {
  while (uploads.snapshot().some(({ phase }) => !['done', 'duplicate', 'failed'].includes(phase))) await new Promise((go) => setTimeout(go, 0));
  return uploads.snapshot().map(({ phase, message }) => ({ phase, message }));
};

test('a file is hashed, sent and confirmed', async () => {
  const steps = world();
  const uploads = new Uploads(steps);
  uploads.add([file('a.pdf')]);
  expect(await settled(uploads)).toEqual([{ phase: 'done', message: null }]);
  expect([steps.sent, steps.confirmed]).toEqual([['a.pdf'], ['document of a.pdf']]);
});

test('bytes that the project has already are not sent', async () => {
  const steps = world({ request: async () => ({ documentId: 'other', duplicateOf: 'other', put: null, isInParts: false }) });
  const uploads = new Uploads(steps);
  uploads.add([file('copy.pdf')]);
  expect(await settled(uploads)).toEqual([{ phase: 'duplicate', message: null }]);
  expect([steps.sent, steps.confirmed]).toEqual([[], []]);
});

test('an interrupted upload says why, and one retry sends it with a new address', async () => {
  let tries = 0;
  const asked: string[] = [];
  const steps = world({
    request: async (named) => {
      asked.push(named.name);
      return { documentId: 'document', duplicateOf: null, put: { url: `http://store/${asked.length}`, headers: [] }, isInParts: false };
    },
    put: async () => {
      tries += 1;
      if (tries === 1) throw new Error('The upload was interrupted.');
    },
  });
  const uploads = new Uploads(steps);
  uploads.add([file('a.pdf')]);
  expect(await settled(uploads)).toEqual([{ phase: 'failed', message: 'The upload was interrupted.' }]);
  uploads.retry(uploads.snapshot()[0]?.key ?? -1);
  expect(await settled(uploads)).toEqual([{ phase: 'done', message: null }]);
  expect([asked, steps.confirmed]).toEqual([['a.pdf', 'a.pdf'], ['document']]);
});

test('a file that takes the place of another asks for that', async () => {
  const asked: (string | null)[] = [];
  const ticket = { documentId: 'document', duplicateOf: null, put: { url: 'http://store', headers: [] }, isInParts: false };
  const steps = world({
    request: async (_file, _sha256, replaces) => {
      asked.push(replaces);
      return ticket;
    },
  });
  const uploads = new Uploads(steps);
  uploads.add([file('new.pdf')], 'document');
  uploads.add([file('other.pdf')]);
  await settled(uploads);
  expect([asked, steps.confirmed]).toEqual([['document', null], ['document', 'document']]);
});

test('only a few run at a time, and one that fails holds up no other', async () => {
  let running = 0;
  let most = 0;
  const steps = world({
    put: async ({ name }) => {
      most = Math.max(most, ++running);
      await new Promise((go) => setTimeout(go, 0));
      running -= 1;
      if (name === '3.pdf') throw new Error('refused');
    },
  });
  const uploads = new Uploads(steps);
  uploads.add(Array.from({ length: 10 }, (_, index) => file(`${index}.pdf`)));
  const phases = (await settled(uploads)).map(({ phase }) => phase);
  expect(most).toBe(PARALLEL);
  expect(phases.filter((phase) => phase === 'done')).toHaveLength(9);
  expect(phases[3]).toBe('failed');
});

test('one that is removed while it is sent is aborted and not confirmed', async () => {
  const aborted = resolvers();
  const began = resolvers();
  const steps = world({
    put: (_file, _put, _onProgress, signal) =>
      new Promise((_, reject) => {
        began.resolve();
        signal.addEventListener('abort', () => {
          aborted.resolve();
          reject(new DOMException('Cancelled', 'AbortError'));
        });
      }),
  });
  const uploads = new Uploads(steps);
  uploads.add([file('a.pdf')]);
  await began.promise;
  uploads.remove(uploads.snapshot()[0]?.key ?? -1);
  await aborted.promise;
  expect([uploads.snapshot(), steps.confirmed]).toEqual([[], []]);
});

const inParts = async (named: File): Promise<Ticket> => ({ documentId: `document of ${named.name}`, duplicateOf: null, put: { url: 'http://store', headers: [] }, isInParts: true });

test('a large file goes in parts, and is kept until it has arrived', async () => {
  const steps = world({ request: inParts });
  const seen: string[][] = [];
  steps.putParts = async ({ name }) => {
    steps.sent.push(`parts of ${name}`);
    seen.push([...steps.kept.keys()]);
  };
  const uploads = new Uploads(steps);
  uploads.add([file('large.pdf')]);
  expect(await settled(uploads)).toEqual([{ phase: 'done', message: null }]);
  expect([steps.sent, seen, steps.kept.size]).toEqual([['parts of large.pdf'], [['kept large.pdf']], 0]);
});

test('what was interrupted by leaving is shown, and one click sends it without keeping it twice', async () => {
  const steps = world({ request: inParts });
  steps.kept.set('earlier', file('large.pdf'));
  const left = { file: file('large.pdf'), replaces: null, keptAs: 'earlier' };
  const uploads = new Uploads(steps);
  uploads.restore([left]);
  uploads.restore([left]);
  expect(uploads.snapshot().map(({ phase, message }) => [phase, message])).toEqual([['failed', LEFT]]);
  uploads.retry(uploads.snapshot()[0]?.key ?? -1);
  expect(await settled(uploads)).toEqual([{ phase: 'done', message: null }]);
  expect([steps.sent, steps.kept.size]).toEqual([['parts of large.pdf'], 0]);
});

test('one that fails stays kept, and one that is dismissed does not', async () => {
  const steps = world({ request: inParts, putParts: async () => Promise.reject(new Error('cut off')) });
  const uploads = new Uploads(steps);
  uploads.add([file('large.pdf')]);
  await settled(uploads);
  expect([...steps.kept.keys()]).toEqual(['kept large.pdf']);
  uploads.remove(uploads.snapshot()[0]?.key ?? -1);
  expect(steps.kept.size).toBe(0);
});

test('what can never be read is not sent, and not tried again with the others', async () => {
  let tries = 0;
  const steps = world({
    async request(named): Promise<Ticket> {
      tries += 1;
      if (named.name === 'huge.pdf') throw new Refused({ __typename: 'TooLargeError', code: 'TOO_LARGE', message: 'A file may have at most 9 MiB.' });
      throw new Error('The server sleeps.');
    },
  });
  const uploads = new Uploads(steps);
  uploads.add([file('setup.exe'), file('huge.pdf'), file('late.pdf')]);
  expect(await settled(uploads)).toEqual([
    { phase: 'failed', message: 'Files that end in .exe cannot be read.' },
    { phase: 'failed', message: 'A file may have at most 9 MiB.' },
    { phase: 'failed', message: 'The server sleeps.' },
  ]);
  expect([tries, uploads.snapshot().map(({ isHopeless }) => isHopeless)]).toEqual([2, [true, true, false]]);
  uploads.retryFailed();
  await settled(uploads);
  expect(tries).toBe(3);
});

test('all that have not arrived are stopped at once; what failed stays to be read', async () => {
  const { promise, resolve } = resolvers();
  const uploads = new Uploads(world({ hash: () => promise.then(() => 'a') }));
  uploads.add(['a.exe', 'b.pdf', 'c.pdf', 'd.pdf', 'e.pdf'].map(file));
  uploads.cancelAll();
  resolve();
  await new Promise((go) => setTimeout(go, 0));
  expect(uploads.snapshot().map(({ file: { name } }) => name)).toEqual(['a.exe']);
});
