// What is shown in place of a page that failed.
'use client';
import { Button } from '@/components/ui/button';
import { Empty } from '@/components/ui/states';
import { isMissingCode } from '@/lib/missing';

export default function PageError({ error, reset }: { error: Error; reset: () => void }) {
  // Code that is gone does not come back by drawing again.
  const again = () => (isMissingCode(error) ? location.reload() : reset());
  return (
    <main id="main">
      <Empty icon="warn" title="This page failed" action={<Button weight="primary" icon="retry" onClick={again}>Try again</Button>}>
        Your documents and chats are safe on the server.
      </Empty>
    </main>
  );
}
