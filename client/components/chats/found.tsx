// The messages of a project that hold what was searched for, each with the way to its chat.
'use client';
import { useQuery } from '@apollo/client/react';
import Link from 'next/link';
import { useDeferredValue } from 'react';
import { isRefusal, sentenceOf } from '@/apollo/outcome';
import { Loading, Notice, Skeleton } from '@/components/ui/states';
import { SearchMessagesDocument } from '@/gql/graphql';
import { excerptOf } from '@/lib/excerpt';
import { ago } from '@/lib/format';

interface FoundProps {
  project: string;
  query: string;
  onChosen?: () => void;
}

export function FoundMessages({ project, query, onChosen }: FoundProps) {
  const asked = useDeferredValue(query.trim());
  const { data, previousData, error } = useQuery(SearchMessagesDocument, { variables: { project, query: asked }, fetchPolicy: 'no-cache' });
  const found = (data ?? previousData)?.searchMessages;
  if (error) return <Notice>{sentenceOf(error)}</Notice>;
  if (!found) {
    return (
      <Loading label="Searching">
        <Skeleton className="h-14" />
      </Loading>
    );
  }
  if (isRefusal(found)) return <Notice tone="warn">{found.message}</Notice>;
  if (found.__typename !== 'SearchMessagesPayload') return null;
  if (found.messages.edges.length === 0) return <p className="px-2 py-1 text-sm text-muted">No message holds these words.</p>;
  return (
    <ul className="space-y-0.5" aria-label="Messages found">
      {found.messages.edges.map(({ node: { id, role, content, createdAt, chat } }) => (
        <li key={id}>
          <Link
            prefetch={false}
            href={`/projects/${encodeURIComponent(project)}/chat/${encodeURIComponent(chat.id)}`}
            onClick={onChosen}
            className="block rounded-lg px-2.5 py-1.5 hover:bg-sunken"
          >
            <span className="block truncate text-sm font-medium">{chat.title}</span>
            <span className="line-clamp-2 text-[0.8125rem] text-muted">{excerptOf(content, asked)}</span>
            <span className="text-xs text-muted">
              {role === 'USER' ? 'You asked' : 'Answer'} · {ago(createdAt)}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
