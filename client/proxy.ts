// Gives every page its nonce and its content security policy.
import { NextResponse, type NextRequest } from 'next/server';
import { readConfig } from '@/lib/config';
import { policy } from '@/lib/csp';

export function proxy(request: NextRequest) {
  const nonce = btoa(crypto.randomUUID());
  const value = policy(readConfig(process.env), nonce, process.env.NODE_ENV === 'development');
  const headers = new Headers(request.headers);
  headers.set('x-nonce', nonce);
  headers.set('Content-Security-Policy', value);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set('Content-Security-Policy', value);
  return response;
}

export const config = {
  matcher: [{ source: '/((?!_next/static|pdf/|healthz|icon.svg|favicon.ico).*)' }],
};
