// Deletes a project after saying what goes with it.
'use client';
import { useMutation, useQuery } from '@apollo/client/react';
import { payloadOf } from '@/apollo/outcome';
import { Button } from '@/components/ui/button';
import { Dialog, DialogActions } from '@/components/ui/dialog';
import { Notice } from '@/components/ui/states';
import { useToast } from '@/components/ui/toast';
import { DeleteProjectDocument, ProjectContentsDocument } from '@/gql/graphql';
import { useSubmit } from '@/hooks/use-submit';
import { count } from '@/lib/format';

interface DeleteProps {
  project: { id: string; name: string };
  isOpen: boolean;
  onClose: () => void;
  onDeleted?: () => void;
}

export function DeleteProject({ isOpen, onClose, ...rest }: DeleteProps) {
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={`Delete “${rest.project.name}”?`} description="This cannot be undone.">
      <Content onClose={onClose} {...rest} />
    </Dialog>
  );
}

function Content({ project, onClose, onDeleted }: Omit<DeleteProps, 'isOpen'>) {
  const say = useToast();
  const { data } = useQuery(ProjectContentsDocument, { variables: { id: project.id }, fetchPolicy: 'network-only' });
  const [remove] = useMutation(DeleteProjectDocument, {
    variables: { id: project.id },
    update(cache, { data: answer }) {
      if (answer?.deleteProject.__typename !== 'DeletePayload') return;
      cache.evict({ id: cache.identify({ __typename: 'Project', id: project.id }) });
      cache.evict({ fieldName: 'projects' });
      cache.gc();
    },
  });
  const { submit, isBusy, problem } = useSubmit(async () => {
    const { data: answer } = await remove();
    const { receipt } = payloadOf(answer?.deleteProject);
    say(`Deleted “${project.name}” with ${count(receipt.numDocuments, 'document')} and ${count(receipt.numChats, 'chat')}.`);
    onClose();
    onDeleted?.();
  });
  const contents = data?.project;
  return (
    <>
      <p className="mb-2">With the project go:</p>
      <ul className="list-disc space-y-1 pl-5" aria-busy={!contents}>
        <li>{contents ? count(contents.documents.totalCount, 'document') : 'all documents'} with their files and everything read from them</li>
        <li>{contents ? count(contents.chats.totalCount, 'chat') : 'all chats'} with all questions and answers</li>
      </ul>
      {problem && <Notice className="mt-4">{problem.message}</Notice>}
      <DialogActions>
        <Button onClick={onClose}>Keep it</Button>
        <Button weight="danger" icon="trash" isBusy={isBusy} onClick={() => void submit()}>
          Delete everything
        </Button>
      </DialogActions>
    </>
  );
}
