// The settings of a project: how it answers, which model reads it, what it is called, and its end.
'use client';
import { useQuery } from '@apollo/client/react';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { sentenceOf } from '@/apollo/outcome';
import { DeleteProject } from '@/components/projects/delete';
import { useProjectId } from '@/components/projects/frame';
import { RenameProject } from '@/components/projects/rename';
import { Button } from '@/components/ui/button';
import { Loading, Notice, Skeleton } from '@/components/ui/states';
import { SettingsDocument } from '@/gql/graphql';
import { EmbeddingModel } from './embedding-model';
import { SettingsForm } from './form';

export function SettingsPage() {
  const id = useProjectId();
  const router = useRouter();
  const { data, error, refetch } = useQuery(SettingsDocument, { variables: { project: id }, fetchPolicy: 'cache-and-network' });
  const [dialog, setDialog] = useState<'rename' | 'delete' | null>(null);
  const project = data?.project;
  return (
    <main id="main" className="mx-auto w-full max-w-3xl px-4 xl:max-w-7xl py-6 sm:px-6">
      <div className="mb-6 flex flex-wrap items-center justify-between gap-3">
        <div className="min-w-0">
          <h1 className="text-2xl font-semibold tracking-tight">Settings</h1>
        </div>
        {project && (
          <div className="flex gap-2">
            <Button icon="pencil" onClick={() => setDialog('rename')}>Rename</Button>
            <Button icon="trash" className="text-danger" onClick={() => setDialog('delete')}>Delete</Button>
          </div>
        )}
      </div>
      {error && <Notice onRetry={() => void refetch()}>{sentenceOf(error)}</Notice>}
      {!project && !error && (
        <Loading label="Loading the settings">
          <Skeleton className="h-96 rounded-2xl" />
        </Loading>
      )}
      {project && (
        <>
          <SettingsForm project={id} saved={project.retrievalSettings} />
          <div className="mt-8 xl:w-[calc(50%-1rem)]">
            <EmbeddingModel project={project} />
          </div>
          <RenameProject project={project} isOpen={dialog === 'rename'} onClose={() => setDialog(null)} />
          <DeleteProject project={project} isOpen={dialog === 'delete'} onClose={() => setDialog(null)} onDeleted={() => router.replace('/projects')} />
        </>
      )}
    </main>
  );
}
