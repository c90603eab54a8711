import { ApolloClient, gql } from '@apollo/client';
import type { Client, Sink } from 'graphql-ws';
import { expect, test } from 'vitest';
import { createCache } from './cache';
import { ResumingLink } from './resuming-link';

interface Payload {
  variables?: Record<string, unknown> | null;
}

/** A socket whose subscriptions are handed to the test. */
function socket() {
  const taken: { payload: Payload; sink: Sink<unknown> }[] = [];
  const client = {
    subscribe: (payload: Payload, sink: Sink<unknown>) => {
      taken.push({ payload, sink });
      return () => {};
    },
  } as unknown as Client;
  return { client, taken };
}

const EVENTS = gql`
  subscription Events($id: ID!, $after: String) {
    messageEvents(messageId: $id, after: $after) {
      cursor
    }
  }
`;

test('a socket that comes back asks for what came after the last event seen', () => {
  const { client, taken } = socket();
  const apollo = new ApolloClient({ link: new ResumingLink(client), cache: createCache() });
  const seen: unknown[] = [];
  apollo.subscribe({ query: EVENTS, variables: { id: 'm' } }).subscribe(({ data }) => seen.push(data));
  const [subscription] = taken;
  expect(subscription?.payload.variables).toEqual({ id: 'm' });
  for (const cursor of ['1-0', '1-1']) subscription?.sink.next({ data: { messageEvents: { __typename: 'TextAppended', cursor } } });
  // graphql-ws sends the same payload object again when it reconnects.
  expect(subscription?.payload.variables).toEqual({ id: 'm', after: '1-1' });
  expect(seen).toHaveLength(2);
});

test('an end by errors is told in the words of the API', () => {
  const { client, taken } = socket();
  const apollo = new ApolloClient({ link: new ResumingLink(client), cache: createCache() });
  const told: unknown[] = [];
  apollo.subscribe({ query: EVENTS, variables: { id: 'm' } }).subscribe({ next: ({ error }) => told.push(error?.message), error: (error: Error) => told.push(error.message) });
  taken[0]?.sink.error([{ message: 'There is no such message.' }]);
  expect(told).toEqual(['There is no such message.']);
});
