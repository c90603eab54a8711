import { expect, test } from 'vitest';
import { clerkHost, readConfig, type ClientConfig } from './config';
import { policy } from './csp';

const LOCAL: ClientConfig = readConfig({
  OPENTRACE_CLIENT__API_URL: 'http://127.0.0.1:8000/',
  OPENTRACE_CLIENT__ISSUER_URL: 'http://127.0.0.1:4000',
  OPENTRACE_CLIENT__STORAGE_ORIGINS: 'http://127.0.0.1:9000',
});
const KEY = `pk_test_${btoa('happy-cat-1.clerk.accounts.dev$')}`;

const directive = (header: string, name: string) => header.split('; ').find((part) => part.startsWith(`${name} `));

test('without any setting the API is the one of this machine, and nobody else is spoken to', () => {
  expect(readConfig({})).toEqual({ apiUrl: 'http://127.0.0.1:8000', issuerUrl: '', storageOrigins: [], clerkKey: '' });
});

test('a publishable key names its host, and what is no key names none', () => {
  expect(clerkHost(KEY)).toBe('happy-cat-1.clerk.accounts.dev');
  expect(['', 'pk_test_', 'pk_test_%%%', `pk_live_${btoa('no-dollar.example')}`, `sk_test_${btoa('a.example$')}`].map(clerkHost)).toEqual([null, null, null, null, null]);
});

test('scripts and styles need the nonce, and only the configured servers are reached', () => {
  const header = policy(LOCAL, 'abc');
  expect(header).not.toContain('unsafe-inline');
  expect(header).not.toContain("'unsafe-eval'");
  expect(directive(header, 'style-src')).toBe("style-src 'self' 'nonce-abc'");
  expect(directive(header, 'connect-src')).toBe("connect-src 'self' http://127.0.0.1:8000 ws://127.0.0.1:8000 http://127.0.0.1:4000 http://127.0.0.1:9000");
  expect(header).not.toContain('clerk');
});

test('with a key, Clerk may be loaded from the host of the key and from no other', () => {
  const header = policy({ ...LOCAL, clerkKey: KEY }, 'abc');
  expect(directive(header, 'script-src')).toContain(' https://happy-cat-1.clerk.accounts.dev');
  expect(directive(header, 'connect-src')).toContain(' https://happy-cat-1.clerk.accounts.dev');
});
