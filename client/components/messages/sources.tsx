// The sources of an answer in a row under it, each once.
'use client';
import clsx from 'clsx';
import { nameOf, useCitations, useLooking } from '@/components/citations/context';
import { verdictOf } from '@/components/citations/verification';
import { Icon } from '@/components/ui/icons';

export function Sources({ isShown, verificationRate }: { isShown: boolean; verificationRate: number | null }) {
  const citations = useCitations();
  const { citation: looked, look } = useLooking();
  const first = citations.filter((each, index) => citations.findIndex(({ marker }) => marker === each.marker) === index);
  if (!isShown || first.length === 0) return null;
  return (
    <ul aria-label="Sources" className="ml-1 flex min-w-0 flex-1 flex-wrap gap-1.5">
      {first.map((citation) => {
        const { icon, label, tone } = verdictOf(citation.status);
        return (
          <li key={citation.id} className="max-w-full">
            <button
              type="button"
              onClick={() => look(looked?.id === citation.id ? null : citation)}
              aria-expanded={looked?.id === citation.id}
              className={clsx('flex max-w-full items-center gap-1.5 rounded-full border py-0.5 pr-2.5 pl-1 text-[0.8125rem] transition-colors', looked?.id === citation.id ? 'border-accent text-accent' : 'border-line text-muted hover:border-line-strong hover:text-ink')}
            >
              <span title={label} className={clsx('grid size-5 shrink-0 place-items-center rounded-full', tone)}>
                <Icon name={icon} className="size-3.5" />
                <span className="sr-only">{label}: </span>
              </span>
              <span className="truncate">
                {nameOf(citation)}
                {citation.__typename === 'Citation' && citation.page ? `, p. ${citation.page}` : ''}
              </span>
            </button>
          </li>
        );
      })}
      {verificationRate !== null && verificationRate < 1 && (
        <li className="self-center text-[0.8125rem] text-warn">{Math.round(verificationRate * 100)} % of the quotations were found where it says</li>
      )}
    </ul>
  );
}
