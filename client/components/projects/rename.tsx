// Renames a project; the new name is shown at once, and taken back if the server refuses it.
'use client';
import { useMutation } from '@apollo/client/react';
import { useState, type FormEvent } from 'react';
import { payloadOf } from '@/apollo/outcome';
import { Button } from '@/components/ui/button';
import { Dialog, DialogActions } from '@/components/ui/dialog';
import { TextField } from '@/components/ui/field';
import { Notice } from '@/components/ui/states';
import { RenameProjectDocument } from '@/gql/graphql';
import { useSubmit } from '@/hooks/use-submit';

interface Named {
  id: string;
  name: string;
  description: string;
  updatedAt: string;
}

interface RenameProps {
  project: Named;
  isOpen: boolean;
  onClose: () => void;
}

export function RenameProject({ project, isOpen, onClose }: RenameProps) {
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title="Rename project">
      <Form project={project} onClose={onClose} />
    </Dialog>
  );
}

function Form({ project, onClose }: Omit<RenameProps, 'isOpen'>) {
  const [name, setName] = useState(project.name);
  const [description, setDescription] = useState(project.description);
  const [rename] = useMutation(RenameProjectDocument, {
    optimisticResponse: {
      updateProject: { __typename: 'UpdateProjectPayload', project: { __typename: 'Project', id: project.id, name, description, updatedAt: project.updatedAt } },
    },
  });
  const { submit, isBusy, problem } = useSubmit(async () => {
    const { data } = await rename({ variables: { input: { projectId: project.id, name, description } } });
    payloadOf(data?.updateProject);
    onClose();
  });

  function send(event: FormEvent) {
    event.preventDefault();
    void submit();
  }

  const errorOf = (field: string) => (problem?.field === field ? problem.message : null);
  return (
    <form onSubmit={send} className="space-y-4">
      <TextField label="Name" name="name" value={name} required maxLength={200} onChange={(event) => setName(event.target.value)} error={errorOf('name')} />
      <TextField label="Description" name="description" value={description} onChange={(event) => setDescription(event.target.value)} error={errorOf('description')} />
      {problem && !problem.field && <Notice>{problem.message}</Notice>}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" weight="primary" isBusy={isBusy} disabled={name.trim() === ''}>
          Save
        </Button>
      </DialogActions>
    </form>
  );
}
