// The knowledge of a project: what is put in, what is on its way, what is there.
'use client';
import { Crawls } from '@/components/crawls/list';
import { DropZone } from '@/components/uploads/drop-zone';
import { UploadPanel } from '@/components/uploads/panel';
import { useProjectId } from '@/components/projects/frame';
import { DocumentList } from './list';

export function Knowledge() {
  const project = useProjectId();
  return (
    <main id="main" className="mx-auto w-full max-w-4xl space-y-5 px-4 py-6 sm:px-6">
      <h1 className="sr-only">Knowledge</h1>
      <DropZone project={project} />
      <UploadPanel />
      <Crawls project={project} />
      <DocumentList project={project} />
    </main>
  );
}
