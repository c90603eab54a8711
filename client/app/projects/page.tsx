// All projects of the person.
import type { Metadata } from 'next';
import { Projects } from '@/components/projects/list';
import { Header } from '@/components/shell/header';

export const metadata: Metadata = { title: 'Projects' };

export default function ProjectsPage() {
  return (
    <>
      <Header />
      <Projects />
    </>
  );
}
