// Sign-in of the zero-key mode: a name is enough, since only this machine can reach the issuer.
'use client';
import { useMemo, useSyncExternalStore, type ReactNode } from 'react';
import { rememberedPerson, rememberPerson, tokenSource, type Person } from './local-token';
import { SessionContext, type Session } from './session';

function subscribe(notify: () => void) {
  window.addEventListener('storage', notify);
  window.addEventListener('opentrace.person', notify);
  return () => {
    window.removeEventListener('storage', notify);
    window.removeEventListener('opentrace.person', notify);
  };
}

const current = () => JSON.stringify(rememberedPerson());

export function LocalSession({ issuerUrl, children }: { issuerUrl: string; children: ReactNode }) {
  const kept = useSyncExternalStore(subscribe, current, () => undefined);
  const session = useMemo<Session>(() => {
    if (kept === undefined) return { status: 'loading' };
    const person = JSON.parse(kept) as Person | null;
    if (!person) return { status: 'signedOut' };
    return {
      status: 'signedIn',
      key: person.subject,
      name: person.name,
      getToken: tokenSource(issuerUrl, person),
      signOut: () => rememberPerson(null),
    };
  }, [kept, issuerUrl]);
  return <SessionContext value={session}>{children}</SessionContext>;
}
