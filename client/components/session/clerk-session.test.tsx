import { act, cleanup, render, screen } from '@testing-library/react';
import { useEffect } from 'react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SessionProvider } from './session-provider';
import { useSession, type Session } from './session';

const clerk = vi.hoisted(() => ({
  loads: 0,
  provided: [] as Record<string, unknown>[],
  auth: { isLoaded: true, isSignedIn: false } as Record<string, unknown>,
  signOut: vi.fn(),
  status: 'ready',
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
    useClerk: () => ({ signOut: clerk.signOut, status: clerk.status }),
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

function Probe({ tell }: { tell: (session: Session) => void }) {
  const session = useSession();
  useEffect(() => tell(session), [session, tell]);
  return null;
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
afterEach(() => {
  cleanup();
  clerk.status = 'ready';
});

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

test('tokens are asked of Clerk anew each time, and signing out is told to it', async () => {
  const getToken = vi.fn(async () => 'fresh');
  clerk.auth = { isLoaded: true, isSignedIn: true, userId: 'user_1', getToken };
  const told: Session[] = [];
  const tell = (session: Session) => void told.push(session);
  await act(async () => {
    render(
      <SessionProvider config={{ ...CONFIG, clerkKey: 'pk_test_x' }} nonce="n0nce">
        <Probe tell={tell} />
      </SessionProvider>,
    );
  });
  await vi.waitFor(() => expect(told.at(-1)?.status).toBe('signedIn'));
  const session = told.at(-1);
  if (session?.status !== 'signedIn') throw new Error('nobody is signed in');
  expect([await session.getToken(), await session.getToken()]).toEqual(['fresh', 'fresh']);
  expect(getToken).toHaveBeenCalledTimes(2);
  session.signOut();
  expect(clerk.signOut).toHaveBeenCalledOnce();
});

test('whom Clerk does not know is signed out', async () => {
  clerk.auth = { isLoaded: true, isSignedIn: false };
  await show('pk_test_x');
  expect(await screen.findByText('signedOut')).toBeDefined();
});

test('when Clerk does not answer, that is what people are told, and nobody is sent away', async () => {
  clerk.auth = { isLoaded: false };
  clerk.status = 'error';
  await show('pk_test_x');
  expect(await screen.findByText('unreachable')).toBeDefined();
});
