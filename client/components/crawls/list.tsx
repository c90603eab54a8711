// The latest crawls of a project: how far they are, and how to stop or repeat one.
'use client';
import type { FragmentType } from '@apollo/client';
import { useFragment, useMutation, useQuery } from '@apollo/client/react';
import { useEffect } from 'react';
import { payloadOf, sentenceOf } from '@/apollo/outcome';
import { IconButton } from '@/components/ui/button';
import { Icon } from '@/components/ui/icons';
import { Spinner } from '@/components/ui/spinner';
import { useToast } from '@/components/ui/toast';
import { CancelCrawlDocument, CrawlRowFragmentDoc, CrawlsDocument, RecrawlWebSiteDocument, type CrawlRowFragment } from '@/gql/graphql';
import { ago } from '@/lib/format';
import { crawlText, isCrawling } from './status';

/** A crawl has no events of its own; its documents have. */
const EVERY_MS = 2_000;

export function Crawls({ project }: { project: string }) {
  const { data, startPolling, stopPolling } = useQuery(CrawlsDocument, { variables: { project }, fetchPolicy: 'cache-and-network', nextFetchPolicy: 'cache-first' });
  const crawls = data?.project?.crawls.edges ?? [];
  const isRunning = crawls.some(({ node }) => isCrawling(node.status));
  useEffect(() => {
    if (!isRunning) return;
    startPolling(EVERY_MS);
    return stopPolling;
  }, [isRunning, startPolling, stopPolling]);
  if (crawls.length === 0) return null;
  return (
    <details className="group rounded-2xl border border-line bg-surface" open={isRunning}>
      <summary className="flex min-h-11 list-none items-center gap-2.5 px-4 text-sm font-semibold [&::-webkit-details-marker]:hidden">
        <Icon name="chevron" className="size-4 text-muted transition-transform group-open:rotate-90" /> Web sites
      </summary>
      <ul className="divide-y divide-line border-t border-line">
        {crawls.map(({ node }) => (
          <Row key={node.id} crawl={node} />
        ))}
      </ul>
    </details>
  );
}

function Row({ crawl: from }: { crawl: FragmentType<CrawlRowFragment> }) {
  const say = useToast();
  const { data: crawl, complete } = useFragment({ fragment: CrawlRowFragmentDoc, fragmentName: 'CrawlRow', from });
  const [cancel] = useMutation(CancelCrawlDocument);
  const [recrawl] = useMutation(RecrawlWebSiteDocument, { refetchQueries: [CrawlsDocument] });
  if (!complete) return null;
  const run = (work: Promise<void>) => void work.catch((error: unknown) => say(sentenceOf(error), { isError: true }));
  const variables = { crawl: crawl.id };
  const stop = async () => void payloadOf((await cancel({ variables })).data?.cancelCrawl);
  const repeat = async () => void payloadOf((await recrawl({ variables })).data?.recrawlWebSite);
  const isRunning = isCrawling(crawl.status);
  const { host } = new URL(crawl.url);
  return (
    <li className="flex items-center gap-3 py-2 pr-2 pl-4">
      {isRunning ? <Spinner /> : <Icon name={crawl.status === 'FAILED' ? 'warn' : 'link'} className={crawl.status === 'FAILED' ? 'text-danger' : 'text-muted'} />}
      <div className="min-w-0 flex-1">
        <p className="truncate text-sm font-medium">{host + crawl.pathPrefix}</p>
        <p className="text-[0.8125rem] text-muted">
          {crawl.failure?.message ?? crawlText(crawl)} · {ago(crawl.createdAt)}
        </p>
      </div>
      {isRunning ? <IconButton icon="pause" label={`Stop visiting ${host}`} onClick={() => run(stop())} /> : <IconButton icon="retry" label={`Visit ${host} again`} onClick={() => run(repeat())} />}
    </li>
  );
}
