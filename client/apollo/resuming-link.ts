// Subscriptions that go on where they were cut: each reconnect asks for what came after the last cursor seen.
import { ApolloLink, Observable } from '@apollo/client';
import { print } from 'graphql';
import type { Client } from 'graphql-ws';

/** The cursor of the event that a subscription's result carries, if any. */
export function cursorOf(result: { data?: object | null }): string | null {
  const [event] = Object.values(result.data ?? {}) as unknown[];
  const cursor = (event as { cursor?: unknown } | null | undefined)?.cursor;
  return typeof cursor === 'string' ? cursor : null;
}

/** A terminating link over graphql-ws that moves `after` forward with every event it hands on. */
export class ResumingLink extends ApolloLink {
  constructor(private readonly socket: Client) {
    super();
  }

  override request(operation: ApolloLink.Operation): Observable<ApolloLink.Result> {
    return new Observable((observer) => {
      // graphql-ws reads this object anew each time it subscribes again.
      const variables = { ...operation.variables };
      const payload = {
        operationName: operation.operationName ?? null,
        query: print(operation.query),
        variables,
      };
      return this.socket.subscribe(payload, {
        next: (result) => {
          const cursor = cursorOf(result);
          if (cursor !== null) variables.after = cursor;
          observer.next(result as ApolloLink.Result);
        },
        error: (cause) => observer.error(asError(cause)),
        complete: () => observer.complete(),
      });
    });
  }
}

function asError(cause: unknown): Error {
  if (cause instanceof Error) return cause;
  if (Array.isArray(cause)) return new Error(cause.map((error: Error) => error.message).join(' '));
  return new Error('The connection to the server was lost.');
}
