import { expect, test } from 'vitest';
import { createCache } from '@/apollo/cache';
import { DocumentRowFragmentDoc, DocumentsDocument, type DocumentRowFragment } from '@/gql/graphql';
import { drop, put } from './cache';

const row = (id: string): DocumentRowFragment => ({
  __typename: 'Document',
  id,
  name: `${id}.pdf`,
  contentType: 'application/pdf',
  sizeBytes: 1,
  source: 'UPLOAD',
  sourceUrl: null,
  status: 'QUEUED',
  isStalled: false,
  failure: null,
  numPages: null,
  numPagesParsed: 0,
  numChunks: null,
  numChunksEmbedded: 0,
  progress: 0,
  placeInQueue: 1,
  createdAt: '2026-01-01T00:00:00Z',
  finishedAt: null,
});

const variables = { project: 'p' };

function page(ids: string[], totalCount: number, hasNextPage: boolean) {
  return {
    project: {
      __typename: 'Project' as const,
      id: 'p',
      documents: {
        __typename: 'DocumentConnection' as const,
        totalCount,
        edges: ids.map((id) => ({ __typename: 'DocumentEdge' as const, cursor: `at ${id}`, node: row(id) })),
        pageInfo: { __typename: 'PageInfo' as const, hasNextPage, endCursor: `at ${ids.at(-1)}` },
      },
    },
  };
}

function listOf(cache: ReturnType<typeof createCache>) {
  const list = cache.readQuery({ query: DocumentsDocument, variables })?.project?.documents;
  return { ids: list?.edges.map(({ node }) => node.id), totalCount: list?.totalCount, after: list?.pageInfo.endCursor };
}

test('pages that are read one after the other are one list', () => {
  const cache = createCache();
  cache.writeQuery({ query: DocumentsDocument, variables, data: page(['c', 'b'], 3, true) });
  cache.writeQuery({ query: DocumentsDocument, variables: { ...variables, after: 'at b' }, data: page(['a'], 3, false) });
  expect(listOf(cache)).toEqual({ ids: ['c', 'b', 'a'], totalCount: 3, after: 'at a' });
});

test('a new document comes on top once, and the next page stays where it was', () => {
  const cache = createCache();
  cache.writeQuery({ query: DocumentsDocument, variables, data: page(['b', 'a'], 2, true) });
  put(cache, 'p', 'new');
  put(cache, 'p', 'new');
  cache.writeFragment({ id: 'Document:new', fragment: DocumentRowFragmentDoc, fragmentName: 'DocumentRow', data: row('new') });
  expect(listOf(cache)).toEqual({ ids: ['new', 'b', 'a'], totalCount: 3, after: 'at a' });
});

test('a deleted document goes once, and is forgotten', () => {
  const cache = createCache();
  cache.writeQuery({ query: DocumentsDocument, variables, data: page(['b', 'a'], 2, false) });
  drop(cache, 'p', 'b');
  drop(cache, 'p', 'b');
  expect(listOf(cache)).toEqual({ ids: ['a'], totalCount: 1, after: 'at a' });
  expect(Object.keys(cache.extract())).not.toContain('Document:b');
});
