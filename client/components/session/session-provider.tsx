// Chooses the issuer by configuration; Clerk's code is fetched only when there is a key for it.
'use client';
import dynamic from 'next/dynamic';
import type { ReactNode } from 'react';
import type { ClientConfig } from '@/lib/config';
import { LocalSession } from './local-session';

const ClerkSession = dynamic(() => import('./clerk-session').then((module) => module.ClerkSession));

export function SessionProvider({ config, nonce, children }: { config: ClientConfig; nonce: string; children: ReactNode }) {
  if (config.clerkKey) {
    return <ClerkSession publishableKey={config.clerkKey} nonce={nonce}>{children}</ClerkSession>;
  }
  return <LocalSession issuerUrl={config.issuerUrl}>{children}</LocalSession>;
}
