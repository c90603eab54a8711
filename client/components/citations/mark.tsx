// The mark at a claim: its number, whether it was verified, and the way to its source.
'use client';
import clsx from 'clsx';
import { nameOf, useCitations, useLooking, type AnyCitation } from './context';
import { verdictOf } from './verification';

const TONES: Record<string, string> = {
  VERIFIED: 'bg-accent-soft text-accent hover:bg-accent hover:text-on-accent',
  NORMALISED: 'bg-accent-soft text-accent hover:bg-accent hover:text-on-accent',
  NOT_FOUND: 'bg-danger-soft text-danger hover:bg-danger hover:text-on-danger',
  MISATTRIBUTED: 'bg-warn-soft text-warn',
  UNCHECKED: 'bg-sunken text-muted hover:text-ink',
};

/** The mark of the `nth` time that this marker stands in the text; each time may quote other words of its source. */
export function CitationMark({ marker, nth }: { marker: number; nth: number }) {
  const citations = useCitations().filter((each) => each.marker === marker);
  const citation = citations[nth] ?? citations.at(-1);
  const { citation: looked, look } = useLooking();
  // Its source comes a moment after the mark: the same box holds its place.
  if (!citation) return <span className="mx-0.5 inline-block min-w-5 rounded-md bg-sunken px-1 text-center align-[0.1em] text-xs leading-5 font-medium text-muted">{marker}</span>;
  const isLookedAt = looked?.id === citation.id;
  return (
    <button
      type="button"
      onClick={() => look(isLookedAt ? null : citation)}
      aria-label={labelOf(citation)}
      aria-expanded={isLookedAt}
      title={labelOf(citation)}
      className={clsx(
        'mx-0.5 inline-block min-w-5 rounded-md px-1 text-center align-[0.1em] text-xs leading-5 font-semibold transition-colors',
        isLookedAt ? 'bg-accent text-on-accent' : (TONES[citation.status] ?? TONES.UNCHECKED),
      )}
    >
      {marker}
    </button>
  );
}

function labelOf(citation: AnyCitation): string {
  const page = citation.__typename === 'Citation' && citation.page ? `, page ${citation.page}` : '';
  return `Source ${citation.marker}: ${nameOf(citation)}${page} (${verdictOf(citation.status).label.toLowerCase()})`;
}
