// One document in the list: what it is, how far it is, and what can be done with it.
'use client';
import type { FragmentType } from '@apollo/client';
import { useFragment } from '@apollo/client/react';
import clsx from 'clsx';
import Link from 'next/link';
import { memo } from 'react';
import { Icon } from '@/components/ui/icons';
import { ProgressBar } from '@/components/ui/progress';
import { DocumentRowFragmentDoc, type DocumentRowFragment } from '@/gql/graphql';
import { ago, bytes, count } from '@/lib/format';
import { DocumentMenu } from './menu';
import { Stages } from './stages';
import { isWorking, statusText } from './status';

interface DocumentRowProps {
  project: string;
  document: FragmentType<DocumentRowFragment>;
  isSelected: boolean;
  onToggle: () => void;
  isOpen: boolean;
  onOpen: () => void;
}

export const DocumentRow = memo(function DocumentRow({ project, document: from, isSelected, onToggle, isOpen, onOpen }: DocumentRowProps) {
  const { data: document, complete } = useFragment({ fragment: DocumentRowFragmentDoc, fragmentName: 'DocumentRow', from });
  if (!complete) return <div className="h-14" />;
  return (
    <div className={clsx('rounded-xl border bg-surface', isSelected ? 'border-accent' : 'border-line')}>
      <div className="flex items-center gap-1 py-1.5 pr-1.5 pl-3">
        <input type="checkbox" aria-label={`Select ${document.name}`} checked={isSelected} onChange={onToggle} className="size-4 shrink-0 accent-accent" />
        <button type="button" onClick={onOpen} aria-expanded={isOpen} className="flex min-w-0 flex-1 items-center gap-3 rounded-lg px-2 py-0.5 text-left">
          <Icon name={document.source === 'WEB_PAGE' ? 'link' : 'file'} className="text-muted max-sm:hidden" />
          <span className="min-w-0 flex-1">
            <span className="block truncate text-sm font-medium">{document.name}</span>
            <span className="block truncate text-[0.8125rem] text-muted">{about(document)}</span>
          </span>
          <Status document={document} />
        </button>
        <DocumentMenu project={project} document={document} />
      </div>
      {document.status === 'FAILED' && document.failure && (
        <p className="mx-3 mb-2.5 rounded-lg bg-danger-soft px-3 py-1.5 text-[0.8125rem] text-danger">{document.failure.message}</p>
      )}
      {isOpen && (
        <div className="border-t border-line">
          <Stages document={document} className="sm:pl-12" />
          <Link href={`/projects/${encodeURIComponent(project)}/documents/${encodeURIComponent(document.id)}`} className="mb-3 ml-4 inline-block rounded-md text-sm font-medium text-accent underline underline-offset-4 sm:ml-12">
            Open the document
          </Link>
        </div>
      )}
    </div>
  );
});

function about({ sizeBytes, numPages, numChunks, createdAt, sourceUrl }: DocumentRowFragment): string {
  const facts = [
    sourceUrl && new URL(sourceUrl).host,
    numPages && count(numPages, 'page'),
    numChunks && count(numChunks, 'passage'),
    sizeBytes > 0 && bytes(sizeBytes),
    ago(createdAt),
  ];
  return facts.filter(Boolean).join(' · ');
}

const TONES = {
  COMPLETED: 'bg-good-soft text-good',
  FAILED: 'bg-danger-soft text-danger',
  CANCELLED: 'bg-sunken text-muted',
} as const;

function Status({ document }: { document: DocumentRowFragment }) {
  const { status, isStalled, progress } = document;
  const text = statusText(document);
  if (!isWorking(status)) {
    return <span className={clsx('shrink-0 rounded-full px-2.5 py-0.5 text-xs font-medium', TONES[status as keyof typeof TONES])}>{text}</span>;
  }
  return (
    <span className="w-32 shrink-0 sm:w-52">
      <span className={clsx('block truncate text-right text-xs', isStalled ? 'text-warn' : 'text-muted')}>{text}</span>
      <ProgressBar value={progress} label={`${text}: ${document.name}`} className="mt-1.5" />
    </span>
  );
}
