// One key: what it may do, where, how long, and what it has spent.
'use client';
import type { FragmentType } from '@apollo/client';
import { useFragment } from '@apollo/client/react';
import clsx from 'clsx';
import { useState, type ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import { ProgressBar } from '@/components/ui/progress';
import { ApiKeyRowFragmentDoc, type ApiKeyRowFragment } from '@/gql/graphql';
import { usd } from '@/lib/format';
import { RevokeApiKey } from './revoke';
import { RotateApiKey } from './rotate';
import { capabilitiesOf, endOf, reachOf, spentShare, usedAt } from './words';

export function ApiKeyRow({ apiKey: from }: { apiKey: FragmentType<ApiKeyRowFragment> }) {
  const { data: key, complete } = useFragment({ fragment: ApiKeyRowFragmentDoc, fragmentName: 'ApiKeyRow', from });
  const [dialog, setDialog] = useState<'rotate' | 'revoke' | null>(null);
  if (!complete) return null;
  const close = () => setDialog(null);
  return (
    <article aria-label={key.name} className={clsx('rounded-2xl border border-line p-4', key.isActive ? 'bg-surface' : 'bg-sunken')}>
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <div className="min-w-0">
          <h3 className="font-semibold break-words">{key.name}</h3>
          <p className="text-[0.8125rem] text-muted">
            <code className="font-mono">{key.hint}…</code> · {usedAt(key)}
          </p>
        </div>
        {key.isActive && (
          <div className="flex gap-2">
            <Button icon="retry" aria-label={`Renew ${key.name}`} onClick={() => setDialog('rotate')}>Renew</Button>
            <Button icon="trash" aria-label={`Revoke ${key.name}`} className="text-danger" onClick={() => setDialog('revoke')}>Revoke</Button>
          </div>
        )}
      </div>
      <dl className="mt-3 grid gap-x-6 gap-y-2 text-sm sm:grid-cols-2">
        <Fact name="May">{capabilitiesOf(key)}</Fact>
        <Fact name="In">{reachOf(key)}</Fact>
        <Fact name="Until">{endOf(key)}</Fact>
        <Fact name="Spent"><Budget apiKey={key} /></Fact>
      </dl>
      <RotateApiKey apiKey={key} isOpen={dialog === 'rotate'} onClose={close} />
      <RevokeApiKey apiKey={key} isOpen={dialog === 'revoke'} onClose={close} />
    </article>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex min-w-0 gap-2">
      <dt className="w-12 shrink-0 text-muted">{name}</dt>
      <dd className="min-w-0 flex-1 break-words">{children}</dd>
    </div>
  );
}

function Budget({ apiKey: key }: { apiKey: ApiKeyRowFragment }) {
  const share = spentShare(key);
  if (share === null || key.budgetUsd === null) return `${usd(key.budgetSpentUsd)}, no limit`;
  return (
    <>
      <span className={share === 1 ? 'text-danger' : undefined}>
        {usd(key.budgetSpentUsd)} of {usd(key.budgetUsd)}
        {share === 1 && '. What costs is refused'}
      </span>
      <ProgressBar value={share} label={`Spent of the budget of ${key.name}`} className="mt-1.5" />
    </>
  );
}
