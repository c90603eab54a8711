// One document of a project.
import type { Metadata } from 'next';
import { DocumentPage } from '@/components/documents/page';

export const metadata: Metadata = { title: 'Document' };

export default function Page() {
  return <DocumentPage />;
}
