// Renames a document; the name is the one that answers cite.
'use client';
import { useState, type FormEvent } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog, DialogActions } from '@/components/ui/dialog';
import { TextField } from '@/components/ui/field';
import { useSubmit } from '@/hooks/use-submit';

interface RenameProps {
  document: { id: string; name: string };
  isOpen: boolean;
  onClose: () => void;
  rename: (id: string, name: string) => Promise<void>;
}

export function RenameDocument({ isOpen, ...rest }: RenameProps) {
  return (
    <Dialog isOpen={isOpen} onClose={rest.onClose} title="Rename document">
      <Form {...rest} />
    </Dialog>
  );
}

function Form({ document, onClose, rename }: Omit<RenameProps, 'isOpen'>) {
  const [name, setName] = useState(document.name);
  const { submit, isBusy, problem } = useSubmit(async () => {
    await rename(document.id, name);
    onClose();
  });

  function send(event: FormEvent) {
    event.preventDefault();
    void submit();
  }

  return (
    <form onSubmit={send}>
      <TextField label="Name" name="name" required value={name} onChange={(event) => setName(event.target.value)} error={problem?.message} />
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" weight="primary" isBusy={isBusy} disabled={name.trim() === ''}>
          Save
        </Button>
      </DialogActions>
    </form>
  );
}
