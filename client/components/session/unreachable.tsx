// What is shown where nobody can sign in because the service that does it does not answer.
'use client';
import { Button } from '@/components/ui/button';
import { Empty } from '@/components/ui/states';
import { useConfig } from '@/components/shell/config-context';
import { clerkHost } from '@/lib/config';

export function Unreachable() {
  const host = clerkHost(useConfig().clerkKey);
  return (
    <div role="alert">
      <Empty icon="warn" title="Sign-in cannot be reached" action={<Button weight="primary" icon="retry" onClick={() => location.reload()}>Try again</Button>}>
        {host ? <span className="font-medium wrap-anywhere text-ink">{host}</span> : 'The service'} does not answer, and it is what signs people in here. Check your connection, or whether something on the way blocks it. Your documents and chats are safe.
      </Empty>
    </div>
  );
}
