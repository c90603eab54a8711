// What a stage of a document's work found, in words.
import { count } from '@/lib/format';

type Num = number | null;
type Done = { done: number } | null;

interface Facts {
  numPages: Num;
  numOcrPages: Num;
  numUnreadPages: Num;
  elements: readonly { kind: string; count: number }[] | null;
  numChunks: Num;
  summaries: Done;
  numWithoutSummary: Num;
  embeddings: Done;
}

/** ` · 4 pages, 1 title, 3 list items`; empty when there is nothing to tell. */
export function factsOf(detail: Facts): string {
  const counts: [Num | undefined, string][] = [
    [detail.numPages, 'page'],
    [detail.numOcrPages, 'page read off images'],
    [detail.numUnreadPages, 'page nothing could read'],
    ...(detail.elements ?? []).map(({ kind, count: num }): [number, string] => [num, kind.replaceAll('_', ' ').toLowerCase()]),
    [detail.numChunks, 'passage'],
    [detail.summaries?.done, 'passage summed up'],
    [detail.numWithoutSummary, 'passage without a summary'],
    [detail.embeddings?.done, 'passage embedded'],
  ];
  const facts = counts.flatMap(([num, noun]) => (num ? [told(num, noun)] : []));
  return facts.length > 0 ? ` · ${facts.join(', ')}` : '';
}

/** The first word is what is counted: `2 pages read off images`. */
function told(num: number, noun: string): string {
  if (!/^(page|passage) /.test(noun)) return count(num, noun);
  const [first = noun, ...rest] = noun.split(' ');
  return [count(num, first), ...rest].join(' ');
}
