// Gives something another name; what it is called now is there to be changed.
'use client';
import { useState, type FormEvent } from 'react';
import { Button } from '@/components/ui/button';
import { DialogActions } from '@/components/ui/dialog';
import { TextField } from '@/components/ui/field';
import { useSubmit } from '@/hooks/use-submit';

interface RenameFormProps {
  label: string;
  value: string;
  maxLength?: number;
  onClose: () => void;
  /** Rejects with the problem, which is shown beside the name. */
  rename: (name: string) => Promise<void>;
}

export function RenameForm({ label, value, maxLength, onClose, rename }: RenameFormProps) {
  const [name, setName] = useState(value);
  const { submit, isBusy, problem } = useSubmit(async () => {
    await rename(name);
    onClose();
  });

  function send(event: FormEvent) {
    event.preventDefault();
    void submit();
  }

  return (
    <form onSubmit={send}>
      <TextField label={label} name="name" required maxLength={maxLength} value={name} onChange={(event) => setName(event.target.value)} error={problem?.message} />
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" weight="primary" isBusy={isBusy} disabled={name.trim() === ''}>
          Save
        </Button>
      </DialogActions>
    </form>
  );
}
