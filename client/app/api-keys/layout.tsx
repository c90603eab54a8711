// Keys are made and ended by signed-in people alone.
import type { ReactNode } from 'react';
import { SignedIn } from '@/components/session/signed-in';

export default function ApiKeysLayout({ children }: { children: ReactNode }) {
  return <SignedIn>{children}</SignedIn>;
}
