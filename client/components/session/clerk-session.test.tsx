import { act, cleanup, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SessionProvider } from './session-provider';
import { useSession } from './session';

const clerk = vi.hoisted(() => ({
  loads: 0,
  provided: [] as Record<string, unknown>[],
  auth: { isLoaded: true, isSignedIn: false } as Record<string, unknown>,
  signOut: vi.fn(),
}));

vi.mock('@clerk/react', () => {
  clerk.loads += 1;
  return {
    ClerkProvider: ({ children, ...given }: Record<string, unknown>) => {
      clerk.provided.push(given);
      return children;
    },
    SignIn: () => <p>Clerk’s form</p>,
    useAuth: () => clerk.auth,
    useUser: () => ({ user: { fullName: 'Ann Lee' } }),
    useClerk: () => ({ signOut: clerk.signOut }),
  };
});

vi.mock('next/dynamic', async () => {
  const { lazy, Suspense } = await import('react');
  return {
    default: (load: () => Promise<React.ComponentType>) => {
      const Lazy = lazy(async () => ({ default: await load() }));
      return (given: object) => (
        <Suspense>
          <Lazy {...given} />
        </Suspense>
      );
    },
  };
});

const CONFIG = { apiUrl: 'http://api', issuerUrl: 'http://issuer', storageOrigins: [], clerkKey: '' };

function Who() {
  const session = useSession();
  return <p>{session.status === 'signedIn' ? `${session.name} (${session.key})` : session.status}</p>;
}

const show = (clerkKey: string) =>
  act(async () => {
    render(
      <SessionProvider config={{ ...CONFIG, clerkKey }} nonce="n0nce">
        <Who />
      </SessionProvider>,
    );
  });

beforeEach(() => localStorage.clear());
afterEach(cleanup);

test('without a key Clerk is not even loaded, and nobody is signed in', async () => {
  await show('');
  expect(await screen.findByText('signedOut')).toBeDefined();
  expect(clerk.loads).toBe(0);
});

test('with a key Clerk says who is signed in, under our nonce', async () => {
  clerk.auth = { isLoaded: true, isSignedIn: true, userId: 'user_1', getToken: async () => 'token' };
  await show('pk_test_x');
  expect(await screen.findByText('Ann Lee (user_1)')).toBeDefined();
  expect(clerk.provided.at(-1)).toMatchObject({ publishableKey: 'pk_test_x', nonce: 'n0nce' });
});

test('until Clerk knows, nobody is sent away', async () => {
  clerk.auth = { isLoaded: false };
  await show('pk_test_x');
  expect(await screen.findByText('loading')).toBeDefined();
});
