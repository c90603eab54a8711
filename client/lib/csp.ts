// The content security policy: everything from ourselves, scripts and styles by nonce, and the servers of the config.
import { clerkHost, type ClientConfig } from './config';

/** The policy's header for one response. Nothing inline runs without the nonce, and no page frames us. */
export function policy(config: ClientConfig, nonce: string, isDevelopment = false): string {
  const host = clerkHost(config.clerkKey);
  const clerk = host ? [`https://${host}`] : [];
  const connect = [config.apiUrl, config.apiUrl.replace(/^http/, 'ws'), config.issuerUrl, ...config.storageOrigins];
  const directives: Record<string, (string | false)[]> = {
    'default-src': ["'none'"],
    'script-src': ["'self'", `'nonce-${nonce}'`, "'strict-dynamic'", "'wasm-unsafe-eval'", isDevelopment && "'unsafe-eval'", ...clerk],
    'style-src': ["'self'", isDevelopment ? "'unsafe-inline'" : `'nonce-${nonce}'`],
    'img-src': ["'self'", 'data:', 'blob:', ...config.storageOrigins, ...(host ? ['https://img.clerk.com'] : [])],
    'font-src': ["'self'"],
    'connect-src': ["'self'", ...connect, ...clerk],
    'worker-src': ["'self'", 'blob:'],
    'frame-src': host ? ['https://challenges.cloudflare.com'] : ["'none'"],
    'manifest-src': ["'self'"],
    'form-action': ["'self'"],
    'base-uri': ["'none'"],
    'frame-ancestors': ["'none'"],
    'object-src': ["'none'"],
  };
  return Object.entries(directives)
    .map(([name, sources]) => [name, ...sources.filter(Boolean)].join(' '))
    .join('; ');
}
