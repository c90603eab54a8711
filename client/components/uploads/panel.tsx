// What is being uploaded now, and what could not be: told per file, mended by one click.
'use client';
import { Button, IconButton } from '@/components/ui/button';
import { Icon } from '@/components/ui/icons';
import { ProgressBar } from '@/components/ui/progress';
import { bytes, count } from '@/lib/format';
import type { Phase, Upload } from '@/lib/upload/uploads';
import { useUploads } from './context';

const TEXTS: Record<Phase, string> = {
  waiting: 'Waiting',
  hashing: 'Checking',
  sending: 'Uploading',
  confirming: 'Finishing',
  done: 'Uploaded',
  duplicate: 'Already in this project',
  failed: 'Failed',
};
const SHOWN = 8;

export function UploadPanel() {
  const { uploads, list } = useUploads();
  const shown = list.filter(({ phase }) => phase !== 'done');
  if (shown.length === 0) return null;
  const numFailed = shown.filter(({ phase, isHopeless }) => phase === 'failed' && !isHopeless).length;
  const numRunning = shown.filter(({ phase }) => !['failed', 'duplicate'].includes(phase)).length;
  return (
    <section aria-label="Uploads" className="rounded-2xl border border-line bg-surface">
      <header className="flex min-h-12 flex-wrap items-center justify-between gap-2 border-b border-line py-1.5 pr-2 pl-4">
        <h2 className="text-sm font-semibold" aria-live="polite">
          {numRunning > 0 ? `Uploading ${count(numRunning, 'file')}` : 'Uploads'}
        </h2>
        <div className="flex gap-1">
          {numFailed > 1 && <Button weight="quiet" icon="retry" onClick={() => uploads.retryFailed()}>Retry all</Button>}
          {numRunning > 1 && <Button weight="quiet" onClick={() => uploads.cancelAll()}>Cancel all</Button>}
          {numRunning === 0 && <Button weight="quiet" onClick={() => uploads.clearEnded()}>Clear</Button>}
        </div>
      </header>
      <ul className="divide-y divide-line">
        {shown.slice(0, SHOWN).map((upload) => (
          <Row key={upload.key} upload={upload} />
        ))}
      </ul>
      {shown.length > SHOWN && <p className="border-t border-line px-4 py-2 text-sm text-muted">and {count(shown.length - SHOWN, 'more file')}</p>}
    </section>
  );
}

function Row({ upload }: { upload: Upload }) {
  const { uploads } = useUploads();
  const { key, file, phase, progress, message, isHopeless } = upload;
  const isRunning = phase === 'hashing' || phase === 'sending' || phase === 'confirming';
  return (
    <li className="flex items-center gap-3 py-2 pr-2 pl-4">
      <Icon name={phase === 'failed' ? 'warn' : phase === 'duplicate' ? 'copy' : 'file'} className={phase === 'failed' ? 'text-danger' : 'text-muted'} />
      <div className="min-w-0 flex-1">
        <p className="truncate text-sm font-medium">{file.name}</p>
        <p className={phase === 'failed' ? 'text-[0.8125rem] text-danger' : 'text-[0.8125rem] text-muted'} role={phase === 'failed' ? 'alert' : undefined}>
          {message ?? `${TEXTS[phase]} · ${bytes(file.size)}`}
        </p>
        {isRunning && <ProgressBar value={progress} label={`${TEXTS[phase]} ${file.name}`} className="mt-1.5" />}
      </div>
      {phase === 'failed' && !isHopeless && <IconButton icon="retry" label={`Retry ${file.name}`} onClick={() => uploads.retry(key)} />}
      <IconButton icon="close" label={isRunning ? `Cancel ${file.name}` : `Dismiss ${file.name}`} onClick={() => uploads.remove(key)} />
    </li>
  );
}
