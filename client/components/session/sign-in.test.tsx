import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { ConfigContext } from '@/components/shell/config-context';
import { SessionContext, type Session } from './session';
import { safeTarget, SignIn } from './sign-in';

const replace = vi.fn();
vi.mock('next/navigation', () => ({ useRouter: () => ({ replace }), useSearchParams: () => new URLSearchParams('next=/projects/a') }));
vi.mock('next/dynamic', () => ({ default: () => () => <p>Clerk’s form</p> }));

const KEY = `pk_test_${btoa('clerk.example.invalid$')}`;

function show(session: Session, clerkKey = KEY) {
  render(
    <ConfigContext value={{ apiUrl: 'http://api', issuerUrl: '', storageOrigins: [], clerkKey }}>
      <SessionContext value={session}>
        <SignIn />
      </SessionContext>
    </ConfigContext>,
  );
}

afterEach(() => {
  cleanup();
  replace.mockClear();
});

test('Clerk’s form stands where nobody is signed in, and a place for it until Clerk is there', () => {
  show({ status: 'loading' });
  expect(screen.getByRole('status').textContent).toBe('Loading the sign-in');
  cleanup();
  show({ status: 'signedOut' });
  expect(screen.getByText('Clerk’s form')).toBeDefined();
});

test('where Clerk does not answer, its host is named and another try offered', () => {
  show({ status: 'unreachable' });
  expect(screen.getByRole('alert').textContent).toContain('clerk.example.invalid does not answer');
  expect(screen.getByRole('button', { name: 'Try again' })).toBeDefined();
});

test('who is signed in goes where they wanted to, and never to another site', () => {
  show({ status: 'signedIn', key: 'user_1', name: 'Ann', getToken: async () => 'token', signOut: () => {} });
  expect(replace).toHaveBeenCalledExactlyOnceWith('/projects/a');
  expect([null, '//evil.example', '/\\evil.example', 'https://evil.example', '/projects/b?c=1'].map(safeTarget)).toEqual(['/projects', '/projects', '/projects', '/projects', '/projects/b?c=1']);
});

test('without any issuer the setting that is missing is named', () => {
  show({ status: 'signedOut' }, '');
  expect(screen.getByRole('alert').textContent).toContain('OPENTRACE_CLIENT__CLERK_PUBLISHABLE_KEY');
});
