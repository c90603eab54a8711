// The documents of a project.
import type { Metadata } from 'next';
import { Knowledge } from '@/components/documents/knowledge';

export const metadata: Metadata = { title: 'Knowledge' };

export default function KnowledgePage() {
  return <Knowledge />;
}
