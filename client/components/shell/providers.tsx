// Everything that components may ask for by context.
'use client';
import { setNonce } from 'get-nonce';
import { useState, type ReactNode } from 'react';
import { SessionProvider } from '@/components/session/session-provider';
import { ToastProvider } from '@/components/ui/toast';
import type { ClientConfig } from '@/lib/config';
import type { Theme } from '@/lib/theme';
import { ConfigContext } from './config-context';
import { Offline } from './offline';
import { Renewal } from './renewal';
import { ThemeProvider } from './theme-switch';
import { Vitals } from './vitals';

interface ProvidersProps {
  config: ClientConfig;
  nonce: string;
  theme: Theme;
  children: ReactNode;
}

export function Providers({ config: given, nonce, theme, children }: ProvidersProps) {
  // A page's configuration and nonce are those it was loaded with.
  const [config] = useState(given);
  useState(() => {
    if (typeof window !== 'undefined' && nonce) setNonce(nonce);
  });
  return (
    <ConfigContext value={config}>
      <ThemeProvider initial={theme}>
        <ToastProvider>
          <SessionProvider config={config} nonce={nonce}>
            {children}
          </SessionProvider>
          <Offline />
          <Renewal />
          <Vitals />
        </ToastProvider>
      </ThemeProvider>
    </ConfigContext>
  );
}
