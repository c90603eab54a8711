// All projects, newest first, page by page.
'use client';
import { useQuery } from '@apollo/client/react';
import { useState } from 'react';
import { sentenceOf } from '@/apollo/outcome';
import { Button } from '@/components/ui/button';
import { Empty, Loading, Notice, Skeleton } from '@/components/ui/states';
import { ProjectsDocument } from '@/gql/graphql';
import { count } from '@/lib/format';
import { ProjectCard } from './card';
import { CreateProject } from './create';

export function Projects() {
  const { data, error, loading, refetch, fetchMore } = useQuery(ProjectsDocument, { fetchPolicy: 'cache-and-network', notifyOnNetworkStatusChange: true });
  const [isCreating, setIsCreating] = useState(false);
  const list = data?.projects;
  const isEmpty = list?.edges.length === 0;
  return (
    <main id="main" className="mx-auto w-full max-w-5xl px-4 py-8 sm:px-6">
      <div className="mb-6 flex flex-wrap items-start justify-between gap-3">
        <div>
          <h1 className="text-2xl font-semibold tracking-tight">Projects</h1>
          <p className="mt-0.5 min-h-6 text-muted">{list && !isEmpty && count(list.totalCount, 'project')}</p>
        </div>
        {!isEmpty && (
          <Button weight="primary" icon="plus" onClick={() => setIsCreating(true)}>
            New project
          </Button>
        )}
      </div>
      {error && <Notice onRetry={() => void refetch()} className="mb-6">{sentenceOf(error)}</Notice>}
      {!list && loading && <Placeholders />}
      {isEmpty && (
        <Empty
          icon="folder"
          title="Begin with a project"
          action={<Button weight="primary" icon="plus" onClick={() => setIsCreating(true)}>New project</Button>}
        >
          A project holds documents that belong together, and the chats about them.
        </Empty>
      )}
      <ul className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
        {list?.edges.map(({ node }) => (
          <li key={node.id}>
            <ProjectCard project={node} />
          </li>
        ))}
      </ul>
      {list?.pageInfo.hasNextPage && (
        <div className="mt-6 text-center">
          <Button isBusy={loading} onClick={() => void fetchMore({ variables: { after: list.pageInfo.endCursor } })}>
            Show more
          </Button>
        </div>
      )}
      <CreateProject isOpen={isCreating} onClose={() => setIsCreating(false)} />
    </main>
  );
}

function Placeholders() {
  return (
    <Loading label="Loading your projects">
      <div className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
        {[0, 1, 2].map((index) => (
          <Skeleton key={index} className="h-[7.5rem] rounded-2xl" />
        ))}
      </div>
    </Loading>
  );
}
