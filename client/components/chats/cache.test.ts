import { expect, test } from 'vitest';
import { createCache } from '@/apollo/cache';
import { ChatsDocument } from '@/gql/graphql';
import { dropChat, putChat } from './cache';

const PROJECT = 'p';
const chat = (id: string, updatedAt: string, title = id) => ({ __typename: 'Chat' as const, id, title, updatedAt });

function writeChats(cache: ReturnType<typeof createCache>, ...chats: ReturnType<typeof chat>[]) {
  const edges = chats.map((node) => ({ __typename: 'ChatEdge' as const, cursor: node.id, node }));
  const pageInfo = { __typename: 'PageInfo' as const, hasNextPage: false, endCursor: null };
  cache.writeQuery({
    query: ChatsDocument,
    variables: { project: PROJECT },
    data: { project: { __typename: 'Project', id: PROJECT, chats: { __typename: 'ChatConnection', totalCount: chats.length, edges, pageInfo } } },
  });
}

function withChats(...chats: ReturnType<typeof chat>[]) {
  const cache = createCache();
  writeChats(cache, ...chats);
  const listed = () => {
    const found = cache.readQuery({ query: ChatsDocument, variables: { project: PROJECT } })?.project?.chats;
    return [found?.totalCount, ...(found?.edges.map(({ node }) => node.title) ?? [])];
  };
  /** As a subscription's result comes into the cache. */
  const told = (node: ReturnType<typeof chat>) => cache.modify({ id: cache.identify(node), fields: { updatedAt: () => node.updatedAt } });
  return { cache, listed, told };
}

test('a chat that was made elsewhere comes, one that was asked something moves up, and neither stands there twice', () => {
  const { cache, listed, told } = withChats(chat('b', '2026-02'), chat('a', '2026-01'));
  told(chat('a', '2026-03'));
  putChat(cache, PROJECT, 'a');
  putChat(cache, PROJECT, 'a');
  expect(listed()).toEqual([2, 'a', 'b']);
});

test('a chat with another title stays where it is', () => {
  const { cache, listed } = withChats(chat('b', '2026-02'), chat('a', '2026-01'));
  putChat(cache, PROJECT, 'a');
  expect(listed()).toEqual([2, 'b', 'a']);
});

test('a deleted chat goes once, however often it is told', () => {
  const { cache, listed } = withChats(chat('b', '2026-02'), chat('a', '2026-01'));
  dropChat(cache, PROJECT, 'b');
  dropChat(cache, PROJECT, 'b');
  expect(listed()).toEqual([1, 'a']);
});

test('a chat that is called by its first question is not called nothing again', () => {
  const { cache, listed } = withChats(chat('a', '2026-01', 'How high?'));
  writeChats(cache, chat('a', '2026-01', 'New chat'));
  expect(listed()).toEqual([1, 'How high?']);
  writeChats(cache, chat('a', '2026-01', 'The crane'));
  expect(listed()).toEqual([1, 'The crane']);
});
