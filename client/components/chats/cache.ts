// The list of a project's chats in Apollo's cache.
import type { ApolloCache } from '@apollo/client';

interface Kept {
  edges?: { node: { __ref: string } }[];
  totalCount?: number;
}

function changeList(cache: ApolloCache, project: string, change: (kept: Kept) => Kept): void {
  cache.modify<{ chats: Kept }>({
    id: cache.identify({ __typename: 'Project', id: project }),
    fields: { chats: (kept) => change(kept as Kept) as never },
  });
}

/** A chat that was begun stands on top. */
export function addChat(cache: ApolloCache, project: string, id: string): void {
  const edge = { __typename: 'ChatEdge', cursor: '', node: { __ref: `Chat:${id}` } };
  changeList(cache, project, (kept) => ({ ...kept, totalCount: (kept.totalCount ?? 0) + 1, edges: [edge, ...(kept.edges ?? [])] }));
}

/** A deleted chat goes with all that is known of it. */
export function dropChat(cache: ApolloCache, project: string, id: string): void {
  changeList(cache, project, (kept) => ({
    ...kept,
    totalCount: Math.max(0, (kept.totalCount ?? 1) - 1),
    edges: kept.edges?.filter(({ node }) => node.__ref !== `Chat:${id}`) ?? [],
  }));
  cache.evict({ id: `Chat:${id}` });
  cache.gc();
}
