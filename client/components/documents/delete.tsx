// Deletes documents after saying what goes with them, and what stays.
'use client';
import { useState } from 'react';
import { sentenceOf } from '@/apollo/outcome';
import { Button } from '@/components/ui/button';
import { Dialog, DialogActions } from '@/components/ui/dialog';
import { Notice } from '@/components/ui/states';
import { useToast } from '@/components/ui/toast';
import { count } from '@/lib/format';
import { toAll, useDocumentActions } from './actions';

interface DeleteProps {
  project: string;
  documents: { id: string; name: string }[];
  isOpen: boolean;
  onClose: () => void;
  onDeleted?: () => void;
}

const ONE = 'The file and everything read from it go, and it is no longer searched.';
const MANY = 'The files and everything read from them go, and they are no longer searched.';

export function DeleteDocuments({ project, documents, isOpen, onClose, onDeleted }: DeleteProps) {
  const say = useToast();
  const { remove } = useDocumentActions(project);
  const [running, setRunning] = useState<{ numDone: number; num: number } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const what = documents.length === 1 && documents[0] ? `“${documents[0].name}”` : count(documents.length, 'document');

  async function removeAll() {
    const tell = (numDone: number) => setRunning({ numDone, num: documents.length });
    tell(0);
    const [failure] = await toAll(documents.map(({ id }) => id), remove, tell);
    setRunning(null);
    setProblem(failure ? sentenceOf(failure) : null);
    if (failure) return;
    say(`Deleted ${what}.`);
    onClose();
    onDeleted?.();
  }

  return (
    <Dialog isOpen={isOpen} onClose={onClose} isFirm={running !== null} title={running ? 'Deleting…' : `Delete ${what}?`} description="This cannot be undone.">
      <p>{running ? `${running.numDone} of ${running.num} are deleted.` : `${documents.length === 1 ? ONE : MANY} Answers keep the words they quoted.`}</p>
      {problem && <Notice className="mt-4">{problem}</Notice>}
      <DialogActions>
        <Button disabled={running !== null} onClick={onClose}>Keep</Button>
        <Button weight="danger" icon="trash" isBusy={running !== null} onClick={() => void removeAll()}>
          Delete
        </Button>
      </DialogActions>
    </Dialog>
  );
}
