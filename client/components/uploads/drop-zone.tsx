// The whole page takes files and folders that are dropped on it; a button and an address field do the same.
'use client';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icons';
import { AddWebPage } from './add-web-page';
import { ACCEPT } from '@/lib/upload/readable';
import { pickFolder } from '@/lib/upload/pick';
import { useUploads } from './context';
import { filesOf, withoutHidden } from './dropped';

export function DropZone({ project }: { project: string }) {
  const { uploads } = useUploads();
  const input = useRef<HTMLInputElement>(null);
  const isOver = useDropped((files) => uploads.add(files));
  return (
    <section aria-label="Add documents" className="rounded-2xl border border-dashed border-line-strong/70 bg-surface p-4 sm:p-5">
      <div className="flex flex-wrap items-center gap-x-5 gap-y-4">
        <div className="flex min-w-60 flex-1 items-center gap-3.5">
          <span className="grid size-11 shrink-0 place-items-center rounded-xl bg-accent-soft text-accent">
            <Icon name="upload" className="size-5" />
          </span>
          <div>
            <p className="font-medium">Drop files or folders anywhere on this page</p>
            <p className="text-[0.8125rem] text-muted">PDF, Word, Excel, PowerPoint, HTML, Markdown, text, EPUB and images</p>
          </div>
        </div>
        <div className="flex flex-wrap gap-2">
          <Button weight="primary" onClick={() => input.current?.click()}>
            Choose files
          </Button>
          <Button onClick={() => void pickFolder().then((files) => uploads.add(withoutHidden(files)))}>Choose a folder</Button>
        </div>
        <input
          ref={input}
          type="file"
          multiple
          accept={ACCEPT}
          aria-label="Choose files"
          tabIndex={-1}
          className="sr-only"
          onChange={({ target }) => {
            uploads.add(target.files ?? []);
            target.value = '';
          }}
        />
      </div>
      <AddWebPage project={project} />
      {isOver && (
        <div className="pointer-events-none fixed inset-0 z-50 grid place-items-center bg-page/85">
          <div className="rounded-2xl border-2 border-dashed border-accent bg-accent-soft px-10 py-8 text-lg font-medium text-accent">Drop to add to this project</div>
        </div>
      )}
    </section>
  );
}

/** Whether files hover over the page; `onFiles` gets what is dropped. */
function useDropped(onFiles: (files: File[]) => void): boolean {
  const [depth, setDepth] = useState(0);
  const take = useEffectEvent(async (transfer: DataTransfer) => onFiles(await filesOf(transfer)));
  useEffect(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const move = (by: number) => (event: DragEvent) => {
      if (hasFiles(event)) setDepth((now) => Math.max(0, now + by));
    };
    const enter = move(1);
    const leave = move(-1);
    const over = (event: DragEvent) => hasFiles(event) && event.preventDefault();
    const drop = (event: DragEvent) => {
      setDepth(0);
      if (!hasFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      void take(event.dataTransfer);
    };
    window.addEventListener('dragenter', enter);
    window.addEventListener('dragleave', leave);
    window.addEventListener('dragover', over);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragenter', enter);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('dragover', over);
      window.removeEventListener('drop', drop);
    };
  }, []);
  return depth > 0;
}
