// Lets only signed-in people through, with an Apollo client of their own.
'use client';
import { ApolloProvider } from '@apollo/client/react';
import { usePathname, useRouter } from 'next/navigation';
import { useEffect, useState, type ReactNode } from 'react';
import { createApolloClient, type GetToken } from '@/apollo/client';
import { useConfig } from '@/components/shell/config-context';
import { Loading, Skeleton } from '@/components/ui/states';
import { useSession } from './session';
import { Unreachable } from './unreachable';

export function SignedIn({ children }: { children: ReactNode }) {
  const session = useSession();
  const router = useRouter();
  const path = usePathname();
  useEffect(() => {
    if (session.status === 'signedOut') router.replace(`/sign-in?next=${encodeURIComponent(path)}`);
  }, [session.status, router, path]);
  if (session.status === 'unreachable') return <main id="main"><Unreachable /></main>;
  if (session.status !== 'signedIn') return <Waiting />;
  return (
    <OwnClient key={session.key} getToken={session.getToken}>
      {children}
    </OwnClient>
  );
}

/** A client per person: what one person read is never shown to the next. */
function OwnClient({ getToken, children }: { getToken: GetToken; children: ReactNode }) {
  const { apiUrl } = useConfig();
  const [client] = useState(() => createApolloClient(apiUrl, getToken));
  return <ApolloProvider client={client}>{children}</ApolloProvider>;
}

function Waiting() {
  return (
    <main id="main" className="mx-auto w-full max-w-5xl px-4 py-8">
      <Loading label="Signing in">
        <Skeleton className="mb-6 h-8 w-48" />
        <Skeleton className="h-40 w-full" />
      </Loading>
    </main>
  );
}
