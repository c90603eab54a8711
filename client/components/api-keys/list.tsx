// All keys of the person: those that hold, and behind them those that have ended.
'use client';
import { useQuery } from '@apollo/client/react';
import { useState } from 'react';
import { sentenceOf } from '@/apollo/outcome';
import { Button } from '@/components/ui/button';
import { Empty, Loading, Notice, Skeleton } from '@/components/ui/states';
import { ApiKeysDocument, type ApiKeysQuery } from '@/gql/graphql';
import { count } from '@/lib/format';
import { CreateApiKey } from './create';
import { ApiKeyRow } from './row';

type Listed = ApiKeysQuery['viewer']['apiKeys']['edges'][number]['node'];

export function ApiKeys() {
  const { data, error, loading, refetch, fetchMore } = useQuery(ApiKeysDocument, { fetchPolicy: 'cache-and-network', notifyOnNetworkStatusChange: true });
  const [isCreating, setIsCreating] = useState(false);
  const list = data?.viewer.apiKeys;
  const keys = list?.edges.map(({ node }) => node) ?? [];
  const ended = keys.filter(({ isActive }) => !isActive);
  const isEmpty = list?.edges.length === 0;
  const create = <Button weight="primary" icon="plus" onClick={() => setIsCreating(true)}>New key</Button>;
  return (
    <main id="main" className="mx-auto w-full max-w-3xl px-4 py-8 sm:px-6">
      <div className="mb-6 flex flex-wrap items-end justify-between gap-3">
        <div>
          <h1 className="text-2xl font-semibold tracking-tight">API keys</h1>
          <p className="mt-0.5 text-muted">Programs that have one act in your name, as far as the key allows.</p>
        </div>
        {!isEmpty && create}
      </div>
      {error && <Notice onRetry={() => void refetch()} className="mb-6">{sentenceOf(error)}</Notice>}
      {!list && loading && <Placeholders />}
      {isEmpty && (
        <Empty icon="key" title="No keys yet" action={create}>
          A key says what it may do, in which projects, how long, and what it may spend.
        </Empty>
      )}
      <Keys keys={keys.filter(({ isActive }) => isActive)} />
      {ended.length > 0 && (
        <details className="mt-6">
          <summary className="w-fit rounded-md text-sm font-medium text-muted">{count(ended.length, 'key')} that ended</summary>
          <div className="mt-3">
            <Keys keys={ended} />
          </div>
        </details>
      )}
      {list?.pageInfo.hasNextPage && (
        <div className="mt-6 text-center">
          <Button isBusy={loading} onClick={() => void fetchMore({ variables: { after: list.pageInfo.endCursor } })}>Show more</Button>
        </div>
      )}
      <CreateApiKey isOpen={isCreating} onClose={() => setIsCreating(false)} />
    </main>
  );
}

function Keys({ keys }: { keys: Listed[] }) {
  return (
    <ul className="space-y-3">
      {keys.map((key) => (
        <li key={key.id}>
          <ApiKeyRow apiKey={key} />
        </li>
      ))}
    </ul>
  );
}

function Placeholders() {
  return (
    <Loading label="Loading your keys">
      {[0, 1].map((index) => (
        <Skeleton key={index} className="mb-3 h-36 rounded-2xl" />
      ))}
    </Loading>
  );
}
