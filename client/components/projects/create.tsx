// Makes a project and goes to it.
'use client';
import { useMutation } from '@apollo/client/react';
import { useRouter } from 'next/navigation';
import { useState, type FormEvent } from 'react';
import { payloadOf } from '@/apollo/outcome';
import { Button } from '@/components/ui/button';
import { Dialog, DialogActions } from '@/components/ui/dialog';
import { TextField } from '@/components/ui/field';
import { Notice } from '@/components/ui/states';
import { CreateProjectDocument } from '@/gql/graphql';
import { useSubmit } from '@/hooks/use-submit';

export function CreateProject({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title="New project">
      <Form onClose={onClose} />
    </Dialog>
  );
}

function Form({ onClose }: { onClose: () => void }) {
  const router = useRouter();
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [create] = useMutation(CreateProjectDocument, {
    update: (cache) => cache.evict({ fieldName: 'projects' }),
  });
  const { submit, isBusy, problem } = useSubmit(async () => {
    const { data } = await create({ variables: { input: { name, description } } });
    const { project } = payloadOf(data?.createProject);
    onClose();
    router.push(`/projects/${encodeURIComponent(project.id)}`);
  });

  function send(event: FormEvent) {
    event.preventDefault();
    void submit();
  }

  const errorOf = (field: string) => (problem?.field === field ? problem.message : null);
  return (
    <form onSubmit={send} className="space-y-4">
      <TextField label="Name" name="name" value={name} required maxLength={200} onChange={(event) => setName(event.target.value)} error={errorOf('name')} placeholder="Lighthouse manuals" />
      <TextField label="Description" name="description" value={description} onChange={(event) => setDescription(event.target.value)} error={errorOf('description')} help="Optional. What it is for, in a few words." />
      {problem && !problem.field && <Notice>{problem.message}</Notice>}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" weight="primary" isBusy={isBusy} disabled={name.trim() === ''}>
          Create project
        </Button>
      </DialogActions>
    </form>
  );
}
