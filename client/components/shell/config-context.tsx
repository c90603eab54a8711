// The configuration of this start, for components.
'use client';
import { createContext, useContext } from 'react';
import type { ClientConfig } from '@/lib/config';

export const ConfigContext = createContext<ClientConfig | null>(null);

export function useConfig(): ClientConfig {
  const config = useContext(ConfigContext);
  if (!config) throw new Error('useConfig is used outside of Providers');
  return config;
}
