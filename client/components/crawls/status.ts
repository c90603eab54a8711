// What a crawl has done so far, in words.
import type { CrawlRowFragment, CrawlStatus } from '@/gql/graphql';
import { count } from '@/lib/format';

export const isCrawling = (status: CrawlStatus) => status === 'QUEUED' || status === 'RUNNING';

const LABELS: Record<CrawlStatus, string> = {
  QUEUED: 'Waiting',
  RUNNING: 'Visiting pages',
  COMPLETED: 'Visited',
  FAILED: 'Failed',
  CANCELLED: 'Cancelled',
};

type State = Pick<CrawlRowFragment, 'status' | 'counts'>;

/** `Visited · 3 pages added, 1 unchanged`; what there is none of is left out. */
export function crawlText({ status, counts }: State): string {
  const { waiting, added, changed, unchanged, duplicate, skipped, failed, missing } = counts;
  const told: [number, string][] = [
    [added, 'added'],
    [changed, 'changed'],
    [unchanged, 'unchanged'],
    [duplicate, 'known already'],
    [skipped, 'not kept'],
    [failed, 'failed'],
    [missing, 'gone'],
    [isCrawling(status) ? waiting : 0, 'to visit'],
  ];
  const facts = told.filter(([number]) => number > 0).map(([number, what], index) => `${index === 0 ? count(number, 'page') : number} ${what}`);
  return facts.length > 0 ? `${LABELS[status]} · ${facts.join(', ')}` : LABELS[status];
}
