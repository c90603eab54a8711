// What can be done with documents, for one and for many alike.
'use client';
import type { ApolloClient } from '@apollo/client';
import { useApolloClient } from '@apollo/client/react';
import { useMemo } from 'react';
import { payloadOf } from '@/apollo/outcome';
import {
  CancelDocumentDocument,
  CrawlsDocument,
  DeleteDocumentDocument,
  RefreshWebPageDocument,
  ReingestDocumentDocument,
  RenameDocumentDocument,
  RetryDocumentDocument,
} from '@/gql/graphql';
import { keyOf } from '@/lib/key';
import { drop } from './cache';

const PARALLEL = 4;

export type Act = (id: string) => Promise<void>;

interface Actions {
  retry: Act;
  cancel: Act;
  remove: Act;
  /** Read the file anew. */
  reingest: Act;
  /** Fetch the web page anew. */
  refresh: Act;
  rename: (id: string, name: string) => Promise<void>;
}

export function useDocumentActions(project: string): Actions {
  const client = useApolloClient();
  return useMemo(() => actionsOf(client, project), [client, project]);
}

function actionsOf(client: ApolloClient, project: string): Actions {
  return {
    async retry(document: string) {
      payloadOf((await client.mutate({ mutation: RetryDocumentDocument, variables: { document } })).data?.retryDocument);
    },
    async cancel(document: string) {
      payloadOf((await client.mutate({ mutation: CancelDocumentDocument, variables: { document } })).data?.cancelDocument);
    },
    async reingest(document) {
      payloadOf((await client.mutate({ mutation: ReingestDocumentDocument, variables: { document, key: keyOf() } })).data?.reingestDocument);
    },
    async refresh(document) {
      payloadOf((await client.mutate({ mutation: RefreshWebPageDocument, variables: { document }, refetchQueries: [CrawlsDocument] })).data?.refreshWebPage);
    },
    async rename(document, name) {
      payloadOf((await client.mutate({ mutation: RenameDocumentDocument, variables: { document, name } })).data?.renameDocument);
    },
    async remove(document: string) {
      payloadOf((await client.mutate({ mutation: DeleteDocumentDocument, variables: { document } })).data?.deleteDocument);
      drop(client.cache, project, document);
    },
  };
}

/** Do it to all, a few at a time, telling how many are done; what failed, in the order it did. */
export async function toAll(ids: readonly string[], act: Act, onDone: (numDone: number) => void = () => {}): Promise<unknown[]> {
  const failures: unknown[] = [];
  let next = 0;
  let numDone = 0;
  async function work() {
    for (let id = ids[next++]; id !== undefined; id = ids[next++]) {
      await act(id).catch((error: unknown) => failures.push(error));
      onDone(++numDone);
    }
  }
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return failures;
}
