// Ends a key after saying what stops with it.
'use client';
import { useMutation } from '@apollo/client/react';
import { payloadOf } from '@/apollo/outcome';
import { Button } from '@/components/ui/button';
import { Dialog, DialogActions } from '@/components/ui/dialog';
import { Notice } from '@/components/ui/states';
import { useToast } from '@/components/ui/toast';
import { RevokeApiKeyDocument, type ApiKeyRowFragment } from '@/gql/graphql';
import { useSubmit } from '@/hooks/use-submit';
import { ago } from '@/lib/format';
import { capabilitiesOf, reachOf } from './words';

interface RevokeProps {
  apiKey: ApiKeyRowFragment;
  isOpen: boolean;
  onClose: () => void;
}

export function RevokeApiKey({ apiKey: key, isOpen, onClose }: RevokeProps) {
  const say = useToast();
  const [revoke] = useMutation(RevokeApiKeyDocument, { variables: { key: key.id } });
  const { submit, isBusy, problem } = useSubmit(async () => {
    payloadOf((await revoke()).data?.revokeApiKey);
    say(`“${key.name}” is revoked.`);
    onClose();
  });
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={`Revoke “${key.name}”?`} description="This cannot be undone.">
      <p className="mb-2 text-sm">{key.lastUsedAt ? `It was last used ${ago(key.lastUsedAt)}. From now on:` : 'It was never used. From now on:'}</p>
      <ul className="list-disc space-y-1 pl-5 text-sm">
        <li>Programs that have it are refused: {capabilitiesOf(key)}.</li>
        <li>What they follow or have open ends at once.</li>
        <li>It reaches nothing any more: {reachOf(key)}.</li>
        <li>Answers and documents that it has begun are finished.</li>
      </ul>
      {problem && <Notice className="mt-4">{problem.message}</Notice>}
      <DialogActions>
        <Button onClick={onClose}>Keep it</Button>
        <Button weight="danger" icon="trash" isBusy={isBusy} onClick={() => void submit()}>Revoke the key</Button>
      </DialogActions>
    </Dialog>
  );
}
