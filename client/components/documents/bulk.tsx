// Acts on all selected documents at once.
'use client';
import clsx from 'clsx';
import { useState } from 'react';
import { sentenceOf } from '@/apollo/outcome';
import { Button } from '@/components/ui/button';
import { useToast } from '@/components/ui/toast';
import { count } from '@/lib/format';
import { toAll, useDocumentActions, type Act } from './actions';
import { DeleteDocuments } from './delete';
import { canRetry, isWorking } from './status';
import type { Listed } from './use-documents';

interface BulkBarProps {
  project: string;
  shown: Listed[];
  /** Whether those that are shown are all there are. */
  isWhole: boolean;
  chosen: Listed[];
  onSelect: (documents: Listed[]) => void;
}

interface Running {
  act: Act;
  numDone: number;
  num: number;
}

/** One thing at a time: the button of what runs turns, the others wait. */
const stateOf = (running: Running | null, act: Act) => ({ isBusy: running?.act === act, disabled: running !== null });

export function BulkBar({ project, shown, isWhole, chosen, onSelect }: BulkBarProps) {
  const say = useToast();
  const { retry, cancel, reingest } = useDocumentActions(project);
  /** Which act runs, and how far it is. */
  const [running, setRunning] = useState<Running | null>(null);
  const [isDeleting, setIsDeleting] = useState(false);
  const failed = chosen.filter(({ status }) => canRetry(status));
  const ready = chosen.filter(({ status }) => status === 'COMPLETED');
  const working = chosen.filter(({ status }) => isWorking(status));

  async function run(documents: Listed[], act: Act) {
    const tell = (numDone: number) => setRunning({ act, numDone, num: documents.length });
    tell(0);
    const failures = await toAll(documents.map(({ id }) => id), act, tell);
    setRunning(null);
    if (failures.length > 0) say(`${count(failures.length, 'document')} could not be changed: ${sentenceOf(failures[0])}`, { isError: true });
  }

  if (shown.length === 0) return null;
  return (
    <div className={clsx('mb-2 flex min-h-11 flex-wrap items-center gap-x-3 bg-page py-1 pl-3 text-sm', chosen.length > 0 && 'sticky top-14 z-10')}>
      <label className="flex h-9 items-center gap-2.5 text-muted">
        <input
          type="checkbox"
          checked={chosen.length === shown.length}
          ref={(box) => {
            if (box) box.indeterminate = chosen.length > 0 && chosen.length < shown.length;
          }}
          onChange={() => onSelect(chosen.length === shown.length ? [] : shown)}
          className="size-4 accent-accent"
        />
        {running ? `${running.numDone} of ${running.num} done` : chosen.length > 0 ? `${chosen.length} selected` : isWhole ? 'Select all' : `Select the ${shown.length} read so far`}
      </label>
      <div className="-ml-1.5 flex flex-wrap max-sm:w-full">
        {failed.length > 0 && <Button weight="quiet" className="px-2" icon="retry" {...stateOf(running, retry)} onClick={() => void run(failed, retry)}>Try again</Button>}
        {ready.length > 0 && <Button weight="quiet" className="px-2" icon="file" {...stateOf(running, reingest)} onClick={() => void run(ready, reingest)}>Read again</Button>}
        {working.length > 0 && <Button weight="quiet" className="px-2" icon="pause" {...stateOf(running, cancel)} onClick={() => void run(working, cancel)}>Cancel</Button>}
        {chosen.length > 0 && <Button weight="quiet" className="px-2" icon="trash" disabled={running !== null} onClick={() => setIsDeleting(true)}>Delete</Button>}
      </div>
      <DeleteDocuments project={project} documents={chosen} isOpen={isDeleting} onClose={() => setIsDeleting(false)} />
    </div>
  );
}
