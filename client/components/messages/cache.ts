// The messages of a chat in Apollo's cache, and which of them are shown.
import type { ApolloCache } from '@apollo/client';

/** Lists are newest first. */
export function prepend(cache: ApolloCache, chat: string, ids: string[]): void {
  interface Kept {
    edges?: { node: { __ref: string } }[];
    totalCount?: number;
  }
  const edges = ids.map((id) => ({ __typename: 'MessageEdge', cursor: '', node: { __ref: `Message:${id}` } }));
  cache.modify<{ messages: Kept }>({
    id: cache.identify({ __typename: 'Chat', id: chat }),
    fields: {
      messages(kept) {
        const { edges: known = [], totalCount = 0 } = kept as Kept;
        const added = edges.filter(({ node }) => !known.some((edge) => edge.node.__ref === node.__ref));
        return { ...kept, totalCount: totalCount + added.length, edges: [...added, ...known] } as never;
      },
    },
  });
}

interface Placed {
  id: string;
  parent: { id: string; preferredChild: { id: string } | null } | null;
}

/** Of messages oldest first, those on the way of preferred ones: what was answered anew stands for itself. */
export function shown<T extends Placed>(messages: readonly T[]): T[] {
  const hidden = new Set<string>();
  return messages.filter(({ id, parent }) => {
    const isOther = parent?.preferredChild ? parent.preferredChild.id !== id : false;
    if (isOther || (parent && hidden.has(parent.id))) hidden.add(id);
    return !hidden.has(id);
  });
}
