// What the client is told when it starts, not when it is built.

export interface ClientConfig {
  /** The API's address without a path, like `http://127.0.0.1:8000`. */
  apiUrl: string;
  /** The zero-key mode's token issuer; empty where people sign in elsewhere. */
  issuerUrl: string;
  /** Where browsers PUT and GET files, as CSP sources. */
  storageOrigins: string[];
  /** Clerk's publishable key; empty where there is no Clerk. */
  clerkKey: string;
}

type Environment = Record<string, string | undefined>;

/** The configuration of this process's environment; read at each request, so a restart is enough to change it. */
export function readConfig(env: Environment): ClientConfig {
  return {
    apiUrl: (env.OPENTRACE_CLIENT__API_URL || 'http://127.0.0.1:8000').replace(/\/$/, ''),
    issuerUrl: (env.OPENTRACE_CLIENT__ISSUER_URL || '').replace(/\/$/, ''),
    storageOrigins: (env.OPENTRACE_CLIENT__STORAGE_ORIGINS || '').split(/[\s,]+/).filter(Boolean),
    clerkKey: env.OPENTRACE_CLIENT__CLERK_PUBLISHABLE_KEY || '',
  };
}

/** The host that a Clerk publishable key names, or null when the key is none: `pk_test_` + base64 of `host$`. */
export function clerkHost(key: string): string | null {
  const encoded = /^pk_(?:test|live)_(.+)$/.exec(key)?.[1];
  if (!encoded) return null;
  try {
    const host = atob(encoded);
    return /^[a-z0-9.-]+\$$/i.test(host) ? host.slice(0, -1) : null;
  } catch {
    return null;
  }
}
