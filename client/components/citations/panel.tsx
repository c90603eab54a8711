// The source that is looked at: beside the answer where there is room, over it where there is not.
'use client';
import clsx from 'clsx';
import { useEffect, useEffectEvent, useRef } from 'react';
import { IconButton } from '@/components/ui/button';
import { Icon } from '@/components/ui/icons';
import { nameOf, useLooking, type AnyCitation } from './context';
import { Passage } from './passage';
import { CitedPage } from './source';
import { Verification } from './verification';

export function CitationPanel() {
  const { citation, look } = useLooking();
  const heading = useRef<HTMLHeadingElement>(null);
  const opener = useRef<Element | null>(null);
  const id = citation?.id;

  function close() {
    look(null);
    if (opener.current instanceof HTMLElement) opener.current.focus();
  }
  const onEscape = useEffectEvent(close);
  useEffect(() => {
    if (!id) return;
    if (document.activeElement !== heading.current) opener.current = document.activeElement;
    heading.current?.focus({ preventScroll: true });
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') onEscape();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [id]);

  if (!citation) return null;
  return (
    <aside
      aria-label="Source"
      className={clsx(
        'fixed inset-x-0 top-14 bottom-0 z-20 flex flex-col overflow-y-auto border-line bg-surface',
        'lg:static lg:w-[27rem] lg:shrink-0 lg:border-l xl:w-[34rem]',
      )}
    >
      <div className="sticky top-0 z-10 flex items-start gap-2 border-b border-line bg-surface py-2.5 pr-2 pl-4">
        <div className="min-w-0 flex-1">
          <h2 ref={heading} tabIndex={-1} className="truncate text-sm font-semibold focus:outline-none" title={nameOf(citation)}>
            {nameOf(citation)}
          </h2>
          <p className="text-[0.8125rem] text-muted">{placeOf(citation)}</p>
        </div>
        <IconButton icon="close" label="Close the source" onClick={close} className="-my-0.5" />
      </div>
      <div className="space-y-4 p-4">
        <Verification status={citation.status} />
        {citation.quote && (
          <blockquote className="border-l-[3px] border-accent pl-3 text-[0.9375rem] leading-relaxed">“{citation.quote}”</blockquote>
        )}
        {citation.__typename === 'WebCitation' && (
          <a href={citation.url} target="_blank" rel="noopener noreferrer nofollow" className="flex items-center gap-2 text-sm break-all text-accent underline underline-offset-4">
            <Icon name="link" /> {citation.url}
          </a>
        )}
        {citation.__typename === 'Citation' && !citation.document && (
          <p className="text-sm text-muted">The document was deleted since. What it said is kept with the answer.</p>
        )}
        {citation.foundIn && (
          <p className="text-sm">
            They stand in {citation.foundIn.documentName}
            {citation.foundIn.page ? `, page ${citation.foundIn.page}` : ''}.
          </p>
        )}
        {citation.__typename === 'Citation' && <CitedPage citation={citation} />}
        <Passage citation={citation} />
      </div>
    </aside>
  );
}

function placeOf(citation: AnyCitation): string {
  const score = `${Math.round(citation.score * 100)} % match`;
  if (citation.__typename === 'WebCitation') return [citation.publishedOn, score].filter(Boolean).join(' · ');
  return [citation.page && `Page ${citation.page}`, score].filter(Boolean).join(' · ');
}
