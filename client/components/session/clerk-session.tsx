// Sign-in by Clerk. This module alone imports Clerk, and it is only loaded where a publishable key is set.
'use client';
import { ClerkProvider, SignIn, useAuth, useClerk, useUser } from '@clerk/react';
import { useMemo, type ReactNode } from 'react';
import { SessionContext, type Session } from './session';

export function ClerkSession({ publishableKey, nonce, children }: { publishableKey: string; nonce: string; children: ReactNode }) {
  return (
    <ClerkProvider publishableKey={publishableKey} nonce={nonce} signInUrl="/sign-in" afterSignOutUrl="/">
      <Bridge>{children}</Bridge>
    </ClerkProvider>
  );
}

function Bridge({ children }: { children: ReactNode }) {
  const { isLoaded, isSignedIn, userId, getToken } = useAuth();
  const { user } = useUser();
  const { signOut, status } = useClerk();
  const name = user?.fullName ?? user?.primaryEmailAddress?.emailAddress ?? 'You';
  const session = useMemo<Session>(() => {
    if (status === 'error') return { status: 'unreachable' };
    if (!isLoaded) return { status: 'loading' };
    if (!isSignedIn) return { status: 'signedOut' };
    return { status: 'signedIn', key: userId, name, getToken: () => getToken(), signOut: () => void signOut() };
  }, [status, isLoaded, isSignedIn, userId, name, getToken, signOut]);
  return <SessionContext value={session}>{children}</SessionContext>;
}

export function ClerkSignIn() {
  return <SignIn routing="hash" forceRedirectUrl="/projects" />;
}
