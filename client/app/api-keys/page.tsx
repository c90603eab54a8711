// The keys of programs that act in the person's name.
import type { Metadata } from 'next';
import { ApiKeys } from '@/components/api-keys/list';
import { Header } from '@/components/shell/header';

export const metadata: Metadata = { title: 'API keys' };

export default function ApiKeysPage() {
  return (
    <>
      <Header />
      <ApiKeys />
    </>
  );
}
