// Where people sign in.
import type { Metadata } from 'next';
import { Suspense } from 'react';
import { SignIn } from '@/components/session/sign-in';
import { Header } from '@/components/shell/header';

export const metadata: Metadata = { title: 'Sign in' };

export default function SignInPage() {
  return (
    <>
      <Header home="/" />
      <main id="main" className="grid place-items-center px-4 py-16 sm:py-28">
        <Suspense>
          <SignIn />
        </Suspense>
      </main>
    </>
  );
}
