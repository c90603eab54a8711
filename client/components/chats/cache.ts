// The list of a project's chats in Apollo's cache, the latest on top.
import type { ApolloCache, Reference } from '@apollo/client';

interface Edge {
  node: { __ref: string };
}

interface Kept {
  edges?: Edge[];
  totalCount?: number;
}

type ReadField = <T>(name: string, from: Reference) => T | undefined;

function changeList(cache: ApolloCache, project: string, change: (kept: Kept, read: ReadField) => Kept): void {
  cache.modify<{ chats: Kept }>({
    id: cache.identify({ __typename: 'Project', id: project }),
    fields: { chats: (kept, { readField }) => change(kept as Kept, readField as ReadField) as never },
  });
}

/** A chat stands in the list, once, by when it was last written in. */
export function putChat(cache: ApolloCache, project: string, id: string): void {
  const added = { __typename: 'ChatEdge', cursor: '', node: { __ref: `Chat:${id}` } };
  changeList(cache, project, (kept, read) => {
    const known = kept.edges ?? [];
    const isNew = !known.some(({ node }) => node.__ref === added.node.__ref);
    const at = ({ node }: Edge) => read<string>('updatedAt', node) ?? '';
    const edges = [...(isNew ? [added] : []), ...known].sort((one, other) => at(other).localeCompare(at(one)));
    return { ...kept, totalCount: (kept.totalCount ?? 0) + Number(isNew), edges };
  });
}

/** A deleted chat goes with all that is known of it. */
export function dropChat(cache: ApolloCache, project: string, id: string): void {
  changeList(cache, project, (kept) => {
    const edges = (kept.edges ?? []).filter(({ node }) => node.__ref !== `Chat:${id}`);
    const numGone = (kept.edges?.length ?? 0) - edges.length;
    return { ...kept, totalCount: Math.max(0, (kept.totalCount ?? 0) - numGone), edges };
  });
  cache.evict({ id: `Chat:${id}` });
  cache.gc();
}
