// One subscription for all documents of the open project; it keeps the cache and the counts by status true.
'use client';
import { useApolloClient } from '@apollo/client/react';
import { createContext, useContext, useMemo, useState, type ReactNode } from 'react';
import { ProjectEventsDocument, type DocumentStatus, type ProjectEventsSubscription } from '@/gql/graphql';
import { dropChat, putChat } from '@/components/chats/cache';
import { progress } from '@/components/settings/model-progress';
import { useEvents } from '@/hooks/use-events';
import { drop, put } from './cache';

export type Counts = Partial<Record<DocumentStatus, number>>;

interface Live {
  /** By status; null until the first event. */
  counts: Counts | null;
  error: string | null;
}

const Context = createContext<Live>({ counts: null, error: null });

export const useLive = () => useContext(Context);

export function ProjectLive({ project, children }: { project: string; children: ReactNode }) {
  const client = useApolloClient();
  const [counts, setCounts] = useState<Counts | null>(null);

  function refetch(...names: string[]) {
    for (const query of client.getObservableQueries()) if (query.queryName && names.includes(query.queryName)) void query.refetch();
  }

  function onEvent({ projectEvents: event }: ProjectEventsSubscription) {
    if (event.__typename === 'ChatChanged') (event.chat ? putChat : dropChat)(client.cache, project, event.chatId);
    if (event.__typename === 'EmbeddingModelProgressed') progress(client, project, event.change);
    if (event.__typename === 'EventsMissed') refetch('Chats');
    if (!('counts' in event)) return;
    setCounts(Object.fromEntries(event.counts.map(({ status, count }) => [status, count])));
    if (event.__typename === 'DocumentChanged') {
      if (event.document) put(client.cache, project, event.documentId);
      else drop(client.cache, project, event.documentId);
    } else {
      progress(client, project, event.embeddingModelChange);
      // What changed before the snapshot was taken may be missing from a list that was read still earlier.
      refetch('Documents', 'Chats');
    }
  }

  const error = useEvents(ProjectEventsDocument, { project }, { onEvent });
  return <Context value={useMemo(() => ({ counts, error }), [counts, error])}>{children}</Context>;
}
