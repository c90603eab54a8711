// Keeps the change of a project's embedding model true in Apollo's cache, by what its events tell.
import type { ApolloClient } from '@apollo/client';
import {
  EmbeddingModelPartsFragmentDoc,
  EmbeddingModelProgressFragmentDoc,
  ProjectEmbeddingModelDocument,
  type EmbeddingModelChangePartsFragment,
} from '@/gql/graphql';

/** Writes how far the change is; once another model serves than is known here, asks which and what was before. */
export function progress(client: ApolloClient, project: string, change: EmbeddingModelChangePartsFragment | null): void {
  const id = client.cache.identify({ __typename: 'Project', id: project });
  const known = client.cache.readFragment({ id, fragment: EmbeddingModelPartsFragmentDoc, fragmentName: 'EmbeddingModelParts' });
  if (!known) return;
  const data = { __typename: 'Project' as const, id: project, embeddingModelChange: change };
  client.cache.writeFragment({ id, fragment: EmbeddingModelProgressFragmentDoc, fragmentName: 'EmbeddingModelProgress', data });
  if (change?.status !== 'ACTIVE' || known.embeddingModel?.name === change.model.name) return;
  void client.query({ query: ProjectEmbeddingModelDocument, variables: { project }, fetchPolicy: 'network-only' });
}
