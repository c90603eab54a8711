// What a document was cut into, passage by passage; the chosen one is shown where it stands.
'use client';
import { useQuery } from '@apollo/client/react';
import clsx from 'clsx';
import { sentenceOf } from '@/apollo/outcome';
import { Button } from '@/components/ui/button';
import { Loading, Notice, Skeleton } from '@/components/ui/states';
import { DocumentChunksDocument, type DocumentChunksQuery } from '@/gql/graphql';

export type Chunk = NonNullable<DocumentChunksQuery['document']>['chunks']['edges'][number]['node'];

interface ChunkListProps {
  document: string;
  chosen: Chunk | null;
  onChoose: (chunk: Chunk | null) => void;
}

export function ChunkList({ document, chosen, onChoose }: ChunkListProps) {
  const { data, error, loading, refetch, fetchMore } = useQuery(DocumentChunksDocument, {
    variables: { document },
    fetchPolicy: 'network-only',
    nextFetchPolicy: 'cache-first',
    notifyOnNetworkStatusChange: true,
  });
  const chunks = data?.document?.chunks;
  if (error && !chunks) return <Notice onRetry={() => void refetch()}>{sentenceOf(error)}</Notice>;
  if (!chunks) {
    return (
      <Loading label="Loading the passages">
        {[0, 1, 2].map((index) => (
          <Skeleton key={index} className="mb-2 h-24" />
        ))}
      </Loading>
    );
  }
  if (chunks.totalCount === 0) return <p className="px-1 py-2 text-sm text-muted">There are no passages yet.</p>;
  return (
    <>
      <ol className="space-y-1.5">
        {chunks.edges.map(({ node }) => (
          <li key={node.chunkId}>
            <Row chunk={node} isChosen={node.chunkId === chosen?.chunkId} onChoose={onChoose} />
          </li>
        ))}
      </ol>
      {chunks.pageInfo.hasNextPage && (
        <Button className="mt-2 w-full" isBusy={loading} onClick={() => void fetchMore({ variables: { after: chunks.pageInfo.endCursor } })}>
          Show more of {chunks.totalCount.toLocaleString('en')}
        </Button>
      )}
    </>
  );
}

function Row({ chunk, isChosen, onChoose }: { chunk: Chunk; isChosen: boolean; onChoose: ChunkListProps['onChoose'] }) {
  return (
    <button
      type="button"
      aria-pressed={isChosen}
      onClick={() => onChoose(isChosen ? null : chunk)}
      className={clsx('block w-full rounded-xl border px-3.5 py-2.5 text-left text-sm transition-colors', isChosen ? 'border-accent bg-accent-soft' : 'border-line bg-surface hover:border-line-strong')}
    >
      <span className="mb-0.5 flex gap-2 text-xs font-semibold text-muted">
        <span className="min-w-0 flex-1 truncate">{chunk.titlePath.join(' › ') || `Passage ${chunk.position + 1}`}</span>
        <span className="shrink-0 tabular-nums">{placeOf(chunk)}</span>
      </span>
      <span className={clsx('block [overflow-wrap:anywhere]', isChosen ? 'whitespace-pre-wrap' : 'line-clamp-3')}>{chunk.text}</span>
      {isChosen && chunk.summary && <span className="mt-2 block border-t border-line pt-2 text-muted">Found by: {chunk.summary}</span>}
    </button>
  );
}

/** `p. 3` or `p. 3–4`; empty where there are no pages. */
export function placeOf({ pageFirst, pageLast }: Pick<Chunk, 'pageFirst' | 'pageLast'>): string {
  if (pageFirst === null) return '';
  return pageLast !== null && pageLast !== pageFirst ? `p. ${pageFirst}–${pageLast}` : `p. ${pageFirst}`;
}
