// The bar on top of every page: where we are, how it looks, who is signed in.
'use client';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { useSession } from '@/components/session/session';
import { IconButton } from '@/components/ui/button';
import { Menu, MenuItem, MenuLabel, MenuLink, MenuRule } from '@/components/ui/menu';
import { useConfig } from './config-context';
import { Logo } from './logo';
import { ThemeSwitch } from './theme-switch';

export function Header({ children, home = '/projects' }: { children?: ReactNode; home?: string }) {
  return (
    <header className="sticky top-0 z-30 flex h-14 shrink-0 items-center gap-2 border-b border-line bg-page px-3 sm:px-5">
      <Link href={home} aria-label="Opentrace, home" className="flex items-center gap-2 rounded-lg py-1 pr-1 font-semibold tracking-tight">
        <Logo />
        <span className={children ? 'hidden sm:inline' : undefined}>Opentrace</span>
      </Link>
      <div className="flex min-w-0 flex-1 items-center gap-1">{children}</div>
      <ThemeSwitch />
      <Account />
    </header>
  );
}

function Account() {
  const session = useSession();
  const { apiUrl } = useConfig();
  if (session.status !== 'signedIn') return null;
  return (
    <Menu trigger={<IconButton icon="person" label="Account" />}>
      <MenuLabel>{session.name}</MenuLabel>
      <MenuLink icon="key" href="/api-keys">API keys</MenuLink>
      <MenuLink icon="code" href={`${apiUrl}/graphql`}>API playground</MenuLink>
      <MenuRule />
      <MenuItem icon="exit" onSelect={session.signOut}>
        Sign out
      </MenuItem>
    </Menu>
  );
}
