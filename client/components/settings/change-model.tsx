// Says what a change of the embedding model does, then asks for it.
'use client';
import { useMutation } from '@apollo/client/react';
import { payloadOf } from '@/apollo/outcome';
import { Button } from '@/components/ui/button';
import { Dialog, DialogActions } from '@/components/ui/dialog';
import { Notice } from '@/components/ui/states';
import { ChangeEmbeddingModelDocument, RollBackEmbeddingModelDocument } from '@/gql/graphql';
import { useSubmit } from '@/hooks/use-submit';

export interface Wanted {
  model: string;
  /** Whether it served before: then only what came since is embedded. */
  isBack: boolean;
}

interface ChangeModelProps {
  project: string;
  current: string;
  wanted: Wanted | null;
  onClose: () => void;
}

export function ChangeModel({ project, current, wanted, onClose }: ChangeModelProps) {
  const title = wanted?.isBack ? `Go back to ${wanted.model}?` : `Change to ${wanted?.model}?`;
  return (
    <Dialog isOpen={wanted !== null} onClose={onClose} title={title}>
      {wanted && <Content project={project} current={current} wanted={wanted} onClose={onClose} />}
    </Dialog>
  );
}

function Content({ project, current, wanted: { model, isBack }, onClose }: ChangeModelProps & { wanted: Wanted }) {
  const [change] = useMutation(ChangeEmbeddingModelDocument, { variables: { project, model } });
  const [rollBack] = useMutation(RollBackEmbeddingModelDocument, { variables: { project } });
  const { submit, isBusy, problem } = useSubmit(async () => {
    if (isBack) payloadOf((await rollBack()).data?.rollBackEmbeddingModel);
    else payloadOf((await change()).data?.changeEmbeddingModel);
    onClose();
  });
  return (
    <>
      <ul className="list-disc space-y-1.5 pl-5 text-sm">
        <li>{isBack ? 'What was added or changed since is embedded by it first; the rest is still there.' : 'Every passage of the project is embedded anew, in the background. That takes time and costs what the model costs.'}</li>
        <li>{current} serves until then. Nothing stops: documents, search and answers go on.</li>
        <li>When all passages are embedded, the new model takes over at once. If it fails, nothing changes.</li>
        <li>You can give it up on the way, and go back afterwards.</li>
        <li>A model has a scale of its own: look at the least similarity again.</li>
      </ul>
      {problem && <Notice className="mt-4">{problem.message}</Notice>}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button weight="primary" isBusy={isBusy} onClick={() => void submit()}>{isBack ? 'Go back' : 'Change the model'}</Button>
      </DialogActions>
    </>
  );
}
