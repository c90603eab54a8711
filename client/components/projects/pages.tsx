// What all pages of a project share; another project starts afresh.
'use client';
import type { ReactNode } from 'react';
import { UploadsProvider } from '@/components/uploads/context';
import { ProjectFrame, useProjectId } from './frame';

export function ProjectPages({ children }: { children: ReactNode }) {
  const project = useProjectId();
  return (
    <UploadsProvider key={project} project={project}>
      <ProjectFrame>{children}</ProjectFrame>
    </UploadsProvider>
  );
}
