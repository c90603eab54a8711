// Makes a key, and shows it this once.
'use client';
import { useMutation } from '@apollo/client/react';
import { useState, type FormEvent } from 'react';
import { payloadOf } from '@/apollo/outcome';
import { Button } from '@/components/ui/button';
import { Dialog, DialogActions } from '@/components/ui/dialog';
import { TextField } from '@/components/ui/field';
import { Notice } from '@/components/ui/states';
import { ApiKeysDocument, CreateApiKeyDocument, type Capability } from '@/gql/graphql';
import { useSubmit } from '@/hooks/use-submit';
import { Checks } from './checks';
import { ExpiryField, momentOf, type Expiry } from './expiry';
import { Reach } from './reach';
import { NewSecret } from './secret';
import { CAPABILITIES } from './words';

export function CreateApiKey({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const [secret, setSecret] = useState<string | null>(null);

  function close() {
    setSecret(null);
    onClose();
  }

  return (
    <Dialog isOpen={isOpen} isFirm={secret !== null} onClose={close} title={secret ? 'Your new key' : 'New API key'}>
      {secret ? <NewSecret secret={secret} onDone={close} /> : <Form onClose={close} onMade={setSecret} />}
    </Dialog>
  );
}

function Form({ onClose, onMade }: { onClose: () => void; onMade: (secret: string) => void }) {
  const [name, setName] = useState('');
  const [capabilities, setCapabilities] = useState<Capability[]>(['READ']);
  const [projectIds, setProjectIds] = useState<string[] | null>(null);
  const [expiry, setExpiry] = useState<Expiry>('90');
  const [day, setDay] = useState('');
  const [budget, setBudget] = useState('');
  const [create] = useMutation(CreateApiKeyDocument, { refetchQueries: [ApiKeysDocument] });
  const { submit, isBusy, problem } = useSubmit(async () => {
    const input = { name, capabilities, projectIds, expiresAt: momentOf(expiry, day), budgetUsd: budget.trim() || null };
    onMade(payloadOf((await create({ variables: { input } })).data?.createApiKey).secret);
  });

  function send(event: FormEvent) {
    event.preventDefault();
    void submit();
  }

  const errorOf = (field: string) => (problem?.field === field ? problem.message : null);
  const isTold = ['name', 'capabilities', 'projectIds', 'expiresAt', 'budgetUsd'].includes(problem?.field ?? '');
  const isMissing = name.trim() === '' || capabilities.length === 0 || projectIds?.length === 0 || (expiry === 'day' && !day);
  return (
    <form onSubmit={send} className="space-y-4">
      <TextField label="Name" name="name" value={name} required maxLength={100} onChange={(event) => setName(event.target.value)} error={errorOf('name')} help="Who will use it, and for what." />
      <Checks legend="It may" options={CAPABILITIES} chosen={capabilities} onChange={setCapabilities} error={errorOf('capabilities')} />
      <Reach chosen={projectIds} onChange={setProjectIds} error={errorOf('projectIds')} />
      <ExpiryField expiry={expiry} day={day} onExpiry={setExpiry} onDay={setDay} error={errorOf('expiresAt')} />
      <TextField label="Budget in US dollars" name="budget" inputMode="decimal" value={budget} onChange={(event) => setBudget(event.target.value.replace(',', '.'))} error={errorOf('budgetUsd')} placeholder="No limit" help="What may be spent with it altogether. What has begun is finished." />
      {problem && !isTold && <Notice>{problem.message}</Notice>}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" weight="primary" isBusy={isBusy} disabled={isMissing}>Make the key</Button>
      </DialogActions>
    </form>
  );
}
