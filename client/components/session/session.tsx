// Who is signed in, by whichever issuer this installation has; the rest of the client asks only here.
'use client';
import { createContext, useContext } from 'react';
import type { GetToken } from '@/apollo/client';

export type Session =
  | { status: 'loading' }
  /** Who is signed in cannot be found out: the issuer does not answer. */
  | { status: 'unreachable' }
  | { status: 'signedOut' }
  | { status: 'signedIn'; key: string; name: string; getToken: GetToken; signOut: () => void };

export const SessionContext = createContext<Session>({ status: 'loading' });

export const useSession = () => useContext(SessionContext);
