// The documents of a project as far as they are read, and those of them that a filter wants.
'use client';
import { useQuery } from '@apollo/client/react';
import { useCallback, useEffect, useMemo } from 'react';
import { sentenceOf } from '@/apollo/outcome';
import { DocumentsDocument, type DocumentsQuery } from '@/gql/graphql';
import { isIn, type Group } from './status';

export type Listed = NonNullable<DocumentsQuery['project']>['documents']['edges'][number]['node'];

/** `loadMore` reads the next page; while a filter is on, all pages are read one after the other. */
export function useDocuments(project: string, group: Group, search: string) {
  const { data, error, loading, refetch, fetchMore } = useQuery(DocumentsDocument, {
    variables: { project },
    fetchPolicy: 'cache-and-network',
    nextFetchPolicy: 'cache-first',
    notifyOnNetworkStatusChange: true,
  });
  const list = data?.project?.documents;
  const edges = list?.edges;
  const found = useMemo(() => {
    const wanted = search.trim().toLowerCase();
    const nodes = edges?.map(({ node }) => node) ?? [];
    return nodes.filter(({ name, status }) => isIn(group, status) && name.toLowerCase().includes(wanted));
  }, [edges, group, search]);

  const after = list?.pageInfo.hasNextPage ? list.pageInfo.endCursor : null;
  const loadMore = useCallback(() => {
    if (after !== null && !loading) void fetchMore({ variables: { after } });
  }, [after, loading, fetchMore]);

  const isFiltered = group !== 'all' || search.trim() !== '';
  useEffect(() => {
    if (isFiltered) loadMore();
  }, [isFiltered, loadMore]);

  return {
    found,
    totalCount: list?.totalCount ?? null,
    error: error ? sentenceOf(error) : null,
    isLoading: loading,
    isWhole: after === null,
    refetch: useCallback(() => void refetch(), [refetch]),
    loadMore,
  };
}
