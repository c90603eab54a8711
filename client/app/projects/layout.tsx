// Everything under here is for signed-in people.
import type { ReactNode } from 'react';
import { SignedIn } from '@/components/session/signed-in';

export default function ProjectsLayout({ children }: { children: ReactNode }) {
  return <SignedIn>{children}</SignedIn>;
}
