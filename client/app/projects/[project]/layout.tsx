// The frame of one project.
import type { ReactNode } from 'react';
import { ProjectPages } from '@/components/projects/pages';

export default function ProjectLayout({ children }: { children: ReactNode }) {
  return <ProjectPages>{children}</ProjectPages>;
}
