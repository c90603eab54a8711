// A document beside what it was cut into: the chosen passage is marked on its page.
'use client';
import clsx from 'clsx';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { ChunkList, type Chunk } from '@/components/chunks/list';
import { Boxes, type Box } from '@/components/pdf/boxes';
import { Skeleton } from '@/components/ui/states';
import type { DocumentRowFragment } from '@/gql/graphql';
import { Stages } from './stages';

const PdfViewer = dynamic(() => import('@/components/pdf/viewer').then((module) => module.PdfViewer), {
  ssr: false,
  loading: () => <Skeleton className="aspect-[1/1.414] w-full" />,
});

const NOWHERE: readonly Box[] = [];
type Side = 'passages' | 'work';
const SIDES: readonly [Side, string][] = [
  ['passages', 'Passages'],
  ['work', 'What was done'],
];

export function FoundDocument({ document, url }: { document: DocumentRowFragment; url: string | null }) {
  const [side, setSide] = useState<Side>('passages');
  const [chosen, choose] = useState<Chunk | null>(null);
  const shown = url && shownAs(document.contentType);
  return (
    <div className={clsx('grid grid-cols-[minmax(0,1fr)] gap-5', shown && 'lg:grid-cols-[minmax(0,1fr)_24rem]')}>
      {shown && <Drawn shown={shown} url={url} name={document.name} chunk={chosen} />}
      <section aria-label="What was read" className={clsx(shown && 'lg:sticky lg:top-18 lg:flex lg:max-h-[calc(100dvh-5.5rem)] lg:flex-col lg:self-start')}>
        <Sides side={side} onSide={setSide} />
        <div className={clsx('min-h-0', shown && 'lg:overflow-y-auto')}>
          {side === 'work' ? (
            <div className="rounded-xl border border-line bg-surface">
              <Stages document={document} />
            </div>
          ) : (
            // What was read anew is asked for anew.
            <ChunkList key={document.finishedAt} document={document.id} chosen={chosen} onChoose={choose} />
          )}
        </div>
      </section>
    </div>
  );
}

interface DrawnProps {
  shown: 'pdf' | 'image';
  url: string;
  name: string;
  chunk: Chunk | null;
}

function Drawn({ shown, url, name, chunk }: DrawnProps) {
  const boxes = chunk?.boxes ?? NOWHERE;
  if (shown === 'pdf') return <PdfViewer url={url} name={name} at={boxes[0]?.page ?? chunk?.pageFirst ?? 1} boxes={boxes} />;
  return (
    <div className="relative h-fit overflow-hidden rounded-lg border border-line bg-white">
      <img src={url} alt={name} className="block w-full" />
      <Boxes boxes={boxes} page={1} isDrawn />
    </div>
  );
}

function Sides({ side, onSide }: { side: Side; onSide: (side: Side) => void }) {
  return (
    <div role="group" aria-label="Shown beside the document" className="mb-3 flex w-fit gap-0.5 rounded-xl bg-sunken p-1">
      {SIDES.map(([name, label]) => (
        <button
          key={name}
          type="button"
          aria-pressed={name === side}
          onClick={() => onSide(name)}
          className={clsx('rounded-lg px-3 py-1 text-[0.8125rem] font-medium transition-colors', name === side ? 'bg-raised text-ink shadow-sm' : 'text-muted hover:text-ink')}
        >
          {label}
        </button>
      ))}
    </div>
  );
}

function shownAs(contentType: string): 'pdf' | 'image' | null {
  if (contentType === 'application/pdf') return 'pdf';
  return /^image\/(png|jpeg|webp|gif)$/.test(contentType) ? 'image' : null;
}
