// Renews a key: a successor now, and the old one holds on while programs change over.
'use client';
import { useApolloClient, useMutation } from '@apollo/client/react';
import { useState } from 'react';
import { payloadOf } from '@/apollo/outcome';
import { Button } from '@/components/ui/button';
import { Dialog, DialogActions } from '@/components/ui/dialog';
import { Field, INPUT } from '@/components/ui/field';
import { Notice } from '@/components/ui/states';
import { ApiKeysDocument, RotateApiKeyDocument, type ApiKeyRowFragment } from '@/gql/graphql';
import { useSubmit } from '@/hooks/use-submit';
import { NewSecret } from './secret';
import { endOf } from './words';

interface RotateProps {
  apiKey: ApiKeyRowFragment;
  isOpen: boolean;
  onClose: () => void;
}

const OVERLAPS: [number, string][] = [
  [0, 'End it at once'],
  [3_600, 'For an hour'],
  [86_400, 'For a day'],
  [604_800, 'For a week'],
];

export function RotateApiKey({ apiKey, isOpen, onClose }: RotateProps) {
  const client = useApolloClient();
  const [secret, setSecret] = useState<string | null>(null);

  function close() {
    // Not before: a key that ended at once leaves its place in the list, and this dialog with it.
    if (secret) void client.refetchQueries({ include: [ApiKeysDocument] });
    setSecret(null);
    onClose();
  }

  return (
    <Dialog isOpen={isOpen} isFirm={secret !== null} onClose={close} title={secret ? 'The key’s successor' : `Renew “${apiKey.name}”?`}>
      {secret ? <NewSecret secret={secret} onDone={close} /> : <Form apiKey={apiKey} onClose={close} onMade={setSecret} />}
    </Dialog>
  );
}

function Form({ apiKey: key, onClose, onMade }: Omit<RotateProps, 'isOpen'> & { onMade: (secret: string) => void }) {
  const [overlapSeconds, setOverlapSeconds] = useState(86_400);
  const [rotate] = useMutation(RotateApiKeyDocument);
  const { submit, isBusy, problem } = useSubmit(async () => {
    const { data } = await rotate({ variables: { key: key.id, overlapSeconds } });
    onMade(payloadOf(data?.rotateApiKey).secret);
  });
  return (
    <>
      <p className="mb-4 text-sm">
        A successor is made that may do the same in the same projects. {key.budgetUsd !== null && 'Both draw on one budget. '}
        {key.expiresAt ? `It ends when this one would have: ${endOf(key).toLowerCase()}.` : 'Like this one, it never expires.'}
      </p>
      <Field label="The old key still holds" help={overlapSeconds === 0 ? 'Programs that have it are refused until they get the new one.' : 'So that programs can change over; then it is refused.'}>
        {(wiring) => (
          <select {...wiring} value={overlapSeconds} onChange={(event) => setOverlapSeconds(Number(event.target.value))} className={INPUT}>
            {OVERLAPS.map(([seconds, label]) => (
              <option key={seconds} value={seconds}>{label}</option>
            ))}
          </select>
        )}
      </Field>
      {problem && <Notice className="mt-4">{problem.message}</Notice>}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button weight="primary" icon="retry" isBusy={isBusy} onClick={() => void submit()}>Renew</Button>
      </DialogActions>
    </>
  );
}
