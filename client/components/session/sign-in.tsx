// The sign-in page: Clerk's own form where it is configured, else a name for the zero-key mode.
'use client';
import dynamic from 'next/dynamic';
import { useRouter, useSearchParams } from 'next/navigation';
import { useEffect, useState, type FormEvent } from 'react';
import { Button } from '@/components/ui/button';
import { TextField } from '@/components/ui/field';
import { Loading, Notice, Skeleton } from '@/components/ui/states';
import { useConfig } from '@/components/shell/config-context';
import { sentenceOf } from '@/apollo/outcome';
import { LOCAL_PERSON, personOf, rememberPerson, tokenSource } from './local-token';
import { useSession, type Session } from './session';
import { Unreachable } from './unreachable';

const ClerkSignIn = dynamic(() => import('./clerk-session').then((module) => module.ClerkSignIn), { ssr: false });

/** Where to go after signing in: a place of ours, never another site. */
export function safeTarget(next: string | null): string {
  return next && /^\/(?![/\\])/.test(next) ? next : '/projects';
}

export function SignIn() {
  const config = useConfig();
  const session = useSession();
  const router = useRouter();
  const target = safeTarget(useSearchParams().get('next'));
  useEffect(() => {
    if (session.status === 'signedIn') router.replace(target);
  }, [session.status, router, target]);
  if (config.clerkKey) return <ClerkDoor status={session.status} />;
  if (!config.issuerUrl) {
    return <Notice>No sign-in is configured. Set OPENTRACE_CLIENT__CLERK_PUBLISHABLE_KEY, or start everything with `make up`.</Notice>;
  }
  return <LocalSignIn issuerUrl={config.issuerUrl} />;
}

/** Clerk's form; before it is here a place for it, and a word where it does not come. */
function ClerkDoor({ status }: { status: Session['status'] }) {
  if (status === 'unreachable') return <Unreachable />;
  if (status === 'signedOut') return <ClerkSignIn />;
  return (
    <div className="w-full max-w-sm">
      <Loading label="Loading the sign-in">
        <Skeleton className="h-96 rounded-2xl" />
      </Loading>
    </div>
  );
}

function LocalSignIn({ issuerUrl }: { issuerUrl: string }) {
  const [name, setName] = useState(LOCAL_PERSON.name);
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);

  async function signIn(event: FormEvent) {
    event.preventDefault();
    setIsBusy(true);
    setError(null);
    const person = personOf(name);
    try {
      await tokenSource(issuerUrl, person)();
      rememberPerson(person);
    } catch (cause) {
      setError(sentenceOf(cause));
      setIsBusy(false);
    }
  }

  return (
    <form onSubmit={signIn} className="w-full max-w-sm rounded-2xl border border-line bg-surface p-6">
      <h1 className="text-xl font-semibold">Sign in</h1>
      <p className="mt-1 mb-5 text-sm text-muted">This is a local installation: a name is enough, and everything stays on this machine.</p>
      <TextField
        label="Your name"
        name="name"
        autoComplete="name"
        value={name}
        maxLength={80}
        onChange={(event) => setName(event.target.value)}
        help="Each name has its own projects. The sample of `make up` belongs to “Local User”."
      />
      {error && <Notice className="mt-4">{error}</Notice>}
      <Button type="submit" weight="primary" isBusy={isBusy} className="mt-5 w-full">
        Continue
      </Button>
    </form>
  );
}
