// The one Apollo client: HTTP for questions and changes, a lazy WebSocket for what is followed.
import { ApolloClient, ApolloLink, HttpLink } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { OperationTypeNode } from 'graphql';
import { createClient } from 'graphql-ws';
import { createCache } from './cache';
import { ResumingLink } from './resuming-link';

export type GetToken = () => Promise<string | null>;

/** A client that signs each request, and each new socket, with a token of the moment. */
export function createApolloClient(apiUrl: string, getToken: GetToken) {
  const uri = `${apiUrl}/graphql`;
  const bearer = async () => {
    const token = await getToken();
    return token ? { Authorization: `Bearer ${token}` } : {};
  };
  const socket = createClient({
    url: uri.replace(/^http/, 'ws'),
    lazy: true,
    lazyCloseTimeout: 5_000,
    keepAlive: 20_000,
    connectionParams: bearer,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    retryWait: (attempt) => new Promise((go) => setTimeout(go, waitOf(attempt))),
  });
  const signed = new SetContextLink(async (previous) => ({
    headers: { ...(previous.headers as Record<string, string> | undefined), ...(await bearer()) },
  }));
  const link = ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new ResumingLink(socket),
    signed.concat(new HttpLink({ uri, credentials: 'omit' })),
  );
  return new ApolloClient({ link, cache: createCache(), dataMasking: true });
}

/** How long to wait before trying again, in ms; spread, so that not everybody comes back at once. */
function waitOf(attempt: number): number {
  return Math.min(500 * 2 ** attempt, 8_000) * (0.75 + Math.random() / 2);
}
