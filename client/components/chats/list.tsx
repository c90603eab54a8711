// The chats of a project, the latest on top.
'use client';
import { useQuery } from '@apollo/client/react';
import clsx from 'clsx';
import Link from 'next/link';
import { useState } from 'react';
import { sentenceOf } from '@/apollo/outcome';
import { Button } from '@/components/ui/button';
import { INPUT } from '@/components/ui/field';
import { Icon } from '@/components/ui/icons';
import { Loading, Notice, Skeleton } from '@/components/ui/states';
import { ChatsDocument } from '@/gql/graphql';
import { FoundMessages } from './found';
import { ChatMenu } from './menu';

interface ChatListProps {
  project: string;
  current: string | null;
  onChosen?: () => void;
}

export function ChatList({ project, current, onChosen }: ChatListProps) {
  const { data, error, loading, refetch, fetchMore } = useQuery(ChatsDocument, { variables: { project }, fetchPolicy: 'cache-and-network', nextFetchPolicy: 'cache-first' });
  const chats = data?.project?.chats;
  const [search, setSearch] = useState('');
  const base = `/projects/${encodeURIComponent(project)}/chat`;
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="p-3 max-md:px-0">
        <Link
          href={base}
          onClick={onChosen}
          className="flex h-9 items-center justify-center gap-2 rounded-lg border border-line bg-surface text-sm font-medium transition-colors hover:border-line-strong"
        >
          <Icon name="plus" /> New chat
        </Link>
        <label className="relative mt-2 block">
          <span className="sr-only">Search in all messages</span>
          <Icon name="search" className="absolute top-1/2 left-2.5 -translate-y-1/2 text-muted" />
          <input type="search" value={search} onChange={(event) => setSearch(event.target.value)} placeholder="Search messages" className={clsx(INPUT, 'py-1.5 pl-8.5 text-sm')} />
        </label>
      </div>
      <nav aria-label="Chats" className="min-h-0 flex-1 overflow-y-auto px-3 pb-3 max-md:px-0">
        {search.trim() ? <FoundMessages project={project} query={search} onChosen={onChosen} /> : null}
        <div hidden={search.trim() !== ''}>
          {error && <Notice onRetry={() => void refetch()}>{sentenceOf(error)}</Notice>}
          {!chats && loading && (
            <Loading label="Loading the chats">
              {[0, 1, 2].map((index) => (
                <Skeleton key={index} className="mb-2 h-8" />
              ))}
            </Loading>
          )}
          {chats?.edges.length === 0 && <p className="px-2 py-1 text-sm text-muted">Your chats will be listed here.</p>}
          <ul className="space-y-0.5">
            {chats?.edges.map(({ node }) => (
              <li key={node.id} className={clsx('group flex items-center rounded-lg', node.id === current ? 'bg-accent-soft' : 'hover:bg-sunken')}>
                <Link
                  prefetch={false}
                  href={`${base}/${encodeURIComponent(node.id)}`}
                  onClick={onChosen}
                  aria-current={node.id === current ? 'page' : undefined}
                  className={clsx('min-w-0 flex-1 truncate rounded-lg px-2.5 py-1.5 text-sm', node.id === current && 'font-medium text-accent')}
                >
                  {node.title}
                </Link>
                <ChatMenu project={project} chat={node} isCurrent={node.id === current} />
              </li>
            ))}
          </ul>
          {chats?.pageInfo.hasNextPage && (
            <Button weight="quiet" className="mt-2 w-full" isBusy={loading} onClick={() => void fetchMore({ variables: { after: chats.pageInfo.endCursor } })}>
              Show more
            </Button>
          )}
        </div>
      </nav>
    </div>
  );
}
