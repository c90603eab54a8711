// How the client is built: a folder that `node server.js` serves, with nothing decided that a start may decide.
import path from 'node:path';
import type { NextConfig } from 'next';

const root = path.resolve(import.meta.dirname);

const everywhere = [
  { key: 'X-Content-Type-Options', value: 'nosniff' },
  { key: 'Referrer-Policy', value: 'no-referrer' },
  { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
  { key: 'Permissions-Policy', value: 'camera=(), microphone=(), geolocation=()' },
];

const config: NextConfig = {
  output: 'standalone',
  outputFileTracingRoot: root,
  turbopack: { root },
  poweredByHeader: false,
  images: { unoptimized: true },
  // `make check` has its own run of tsc; who only starts the product need not wait for it.
  typescript: { ignoreBuildErrors: true },
  redirects: async () => [{ source: '/favicon.ico', destination: '/icon.svg', permanent: true }],
  headers: async () => [{ source: '/:path*', headers: everywhere }],
};

export default config;
