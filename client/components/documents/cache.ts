// The list of a project's documents in Apollo's cache: what comes, and what goes.
import { gql, isReference, type ApolloCache, type Reference } from '@apollo/client';

const KNOWN = gql`
  fragment KnownDocument on Document {
    id
  }
`;

interface Kept {
  edges?: { node: { __ref: string } }[];
  totalCount?: number;
}

/** Show a document that is new to the list on top of it. */
export function put(cache: ApolloCache, project: string, documentId: string): void {
  const ref = cache.identify({ __typename: 'Document', id: documentId });
  if (!ref) return;
  cache.modify({
    id: cache.identify({ __typename: 'Project', id: project }),
    fields: {
      documents(kept: Kept | Reference) {
        if (isReference(kept)) return kept;
        if (!kept.edges || kept.edges.some(({ node }) => node.__ref === ref)) return kept;
        const edge = { __typename: 'DocumentEdge', cursor: '', node: { __ref: ref } };
        return { ...kept, totalCount: (kept.totalCount ?? 0) + 1, edges: [edge, ...kept.edges] };
      },
    },
  });
}

/** Take a deleted document out of the list and out of memory. */
export function drop(cache: ApolloCache, project: string, documentId: string): void {
  const ref = cache.identify({ __typename: 'Document', id: documentId });
  if (!ref || !cache.readFragment({ id: ref, fragment: KNOWN })) return;
  cache.modify({
    id: cache.identify({ __typename: 'Project', id: project }),
    fields: {
      documents(kept: Kept | Reference) {
        if (isReference(kept)) return kept;
        if (!kept.edges?.some(({ node }) => node.__ref === ref)) return kept;
        return { ...kept, totalCount: Math.max(0, (kept.totalCount ?? 1) - 1), edges: kept.edges.filter(({ node }) => node.__ref !== ref) };
      },
    },
  });
  cache.evict({ id: ref });
  cache.gc();
}
