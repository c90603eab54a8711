// For addresses that lead nowhere.
import Link from 'next/link';
import { Header } from '@/components/shell/header';
import { Empty } from '@/components/ui/states';

export default function NotFound() {
  return (
    <>
      <Header />
      <main id="main">
        <Empty icon="search" title="There is nothing here" action={<Link href="/projects" className="font-medium text-accent underline underline-offset-4">Go to your projects</Link>}>
          The page does not exist, or what it showed was deleted.
        </Empty>
      </main>
    </>
  );
}
