// What is shown in place of a page that failed.
'use client';
import { Button } from '@/components/ui/button';
import { Empty } from '@/components/ui/states';

export default function PageError({ reset }: { error: Error; reset: () => void }) {
  return (
    <main id="main">
      <Empty icon="warn" title="This page failed" action={<Button weight="primary" icon="retry" onClick={reset}>Try again</Button>}>
        Your documents and chats are safe on the server.
      </Empty>
    </main>
  );
}
