// One question under both settings, side by side: what was found, and what moved.
'use client';
import clsx from 'clsx';
import { Icon } from '@/components/ui/icons';
import type { PreviewSearchPartsFragment } from '@/gql/graphql';
import { count } from '@/lib/format';
import { excerptOf } from '@/lib/excerpt';
import { moveOf, movedOf, type Move } from './moves';
import type { Compared } from './use-preview';

type Question = Compared['questions'][number];

interface QuestionProps {
  question: Question;
  /** How many of the hits the model reads, as saved and as edited. */
  numBefore: number;
  numAfter: number;
  isOpen: boolean;
}

export function PreviewQuestion({ question, numBefore, numAfter, isOpen }: QuestionProps) {
  const { text, before, after } = question;
  const numMoved = movedOf(after);
  return (
    <details open={isOpen} className="group rounded-2xl border border-line bg-surface">
      <summary className="flex list-none items-start gap-2 rounded-2xl px-4 py-3">
        <Icon name="chevron" className="mt-0.5 size-4 text-muted transition-transform group-open:rotate-90" />
        <span className="min-w-0 flex-1 text-sm font-medium break-words">{text}</span>
        <span className="shrink-0 text-[0.8125rem] text-muted">{numMoved === 0 ? 'Same order' : `${numMoved} moved`}</span>
      </summary>
      <div className="grid gap-4 border-t border-line p-4 sm:grid-cols-2">
        <Side title="As saved" search={before} query={text} numRead={numBefore} isAfter={false} />
        <Side title="As edited" search={after} query={text} numRead={numAfter} isAfter />
      </div>
    </details>
  );
}

interface SideProps {
  title: string;
  search: PreviewSearchPartsFragment;
  query: string;
  numRead: number;
  isAfter: boolean;
}

function Side({ title, search, query, numRead, isAfter }: SideProps) {
  const { found, milliseconds, ndcg, ranksOtherwise, relevantRanks } = search;
  return (
    <section aria-label={title} className="min-w-0">
      <h3 className="text-sm font-semibold">{title}</h3>
      <p className="mb-2 text-[0.8125rem] text-muted tabular-nums">
        {Math.round(milliseconds)} ms{ndcg !== null && ` · nDCG ${ndcg.toFixed(3)}`}
        {found.wordings.length > 1 && ` · ${count(found.wordings.length, 'wording')}`}
      </p>
      {found.degradations.map((degradation) => <p key={degradation} className="mb-2 text-[0.8125rem] text-warn">{DEGRADATIONS[degradation]}</p>)}
      {found.emptyReason && <p className="text-sm text-muted">{EMPTY[found.emptyReason]}</p>}
      <ol className="space-y-2">
        {found.hits.map((hit, index) => (
          <li key={hit.chunkId}>
            {index === numRead && <p className="mb-2 border-t border-dashed border-line-strong pt-1.5 text-xs text-muted">Found, but not read by the model</p>}
            <div className="flex gap-2 text-[0.8125rem]">
              <span className="w-5 shrink-0 text-right font-medium tabular-nums">{hit.rank}</span>
              <div className="min-w-0 flex-1">
                <p className="flex flex-wrap items-baseline gap-x-1.5">
                  <span className="font-medium break-all">{hit.documentName}</span>
                  {hit.pageFirst !== null && <span className="text-muted">page {hit.pageFirst}</span>}
                  <span className="text-muted tabular-nums">{hit.score.toFixed(2)}</span>
                  {relevantRanks.includes(index + 1) && <span className="rounded-full bg-good-soft px-1.5 text-xs font-medium text-good">cited</span>}
                  <Moved move={moveOf(hit.rank, ranksOtherwise[index] ?? null, isAfter)} />
                </p>
                <p className="line-clamp-2 break-words text-muted">{excerptOf(hit.text, query)}</p>
              </div>
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Moved({ move }: { move: Move | null }) {
  if (!move) return null;
  return <span className={clsx('text-xs font-medium', move.isGain ? 'text-good' : 'text-warn')}>{move.text}</span>;
}

const EMPTY = {
  EMPTY_PROJECT: 'The project has no passages yet.',
  ALL_FILTERED_OUT: 'No document passes the filters.',
  NOTHING_ABOVE_THRESHOLD: 'Nothing is as similar as the least similarity asks.',
} as const;

const DEGRADATIONS = {
  REWORDING_FAILED: 'No other wordings could be written; the question was searched alone.',
  RERANKING_FAILED: 'The second ranking failed; the order is the search’s.',
} as const;
