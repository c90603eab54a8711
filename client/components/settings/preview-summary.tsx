// Both settings in figures: how good where it is judged, how fast, how dear.
import clsx from 'clsx';
import type { PreviewSidePartsFragment } from '@/gql/graphql';
import { usd } from '@/lib/format';
import type { Compared } from './use-preview';

interface Figure {
  label: string;
  of: (side: PreviewSidePartsFragment) => number | null;
  text: (value: number) => string;
  isMoreBetter: boolean;
  /** A smaller share of difference is chance. */
  noise: number;
}

const milliseconds = (value: number) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
const FIGURES: Figure[] = [
  { label: 'nDCG@10', of: ({ ndcg }) => ndcg, text: (value) => value.toFixed(3), isMoreBetter: true, noise: 0 },
  { label: 'Median time', of: ({ millisecondsP50 }) => millisecondsP50, text: milliseconds, isMoreBetter: false, noise: 0.25 },
  { label: '95 % within', of: ({ millisecondsP95 }) => millisecondsP95, text: milliseconds, isMoreBetter: false, noise: 0.25 },
  { label: 'Cost', of: ({ usage }) => Number(usage.costUsd), text: (value) => usd(String(value)), isMoreBetter: false, noise: 0 },
  { label: 'Model calls', of: ({ usage }) => usage.numCalls, text: String, isMoreBetter: false, noise: 0 },
];

export function PreviewSummary({ compared: { before, after }, hasChanges }: { compared: Compared; hasChanges: boolean }) {
  return (
    <div className="rounded-2xl border border-line bg-surface px-4 py-2">
      <table className="w-full text-sm tabular-nums">
        <thead>
          <tr className="text-left text-muted">
            <th scope="col" className="py-1.5 font-normal"><span className="sr-only">Figure</span></th>
            <th scope="col" className="py-1.5 text-right font-medium">As saved</th>
            <th scope="col" className="py-1.5 text-right font-medium">As edited</th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {FIGURES.map(({ label, of, text, isMoreBetter, noise }) => {
            const [was, is] = [of(before), of(after)];
            if (was === null && is === null) return null;
            const isTold = hasChanges && was !== null && is !== null && Math.abs(is - was) > noise * was;
            const gain = isTold ? (is - was) * (isMoreBetter ? 1 : -1) : 0;
            return (
              <tr key={label}>
                <th scope="row" className="py-1.5 text-left font-normal text-muted">{label}</th>
                <td className="py-1.5 text-right">{was === null ? '–' : text(was)}</td>
                <td className={clsx('py-1.5 text-right font-medium', gain > 0 && 'text-good', gain < 0 && 'text-warn')}>{is === null ? '–' : text(is)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <p className="py-1.5 text-[0.8125rem] text-muted">
        {!hasChanges && 'Nothing is edited yet: both sides are the same. Change a setting and this follows. '}
        {before.numJudged > 0 ? `Judged by ${before.numJudged === 1 ? 'one question' : `${before.numJudged} questions`} whose passages are known.` : 'None of these questions is judged: rate answers up to know what is better.'}
        {after.usage.numUnpricedCalls > 0 && ' Calls of models without a price are not in the cost.'}
      </p>
    </div>
  );
}
