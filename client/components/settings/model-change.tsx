// How far the last change of the embedding model is, or what became of it.
import { Button } from '@/components/ui/button';
import { ProgressBar } from '@/components/ui/progress';
import { Notice } from '@/components/ui/states';
import type { EmbeddingModelChangePartsFragment } from '@/gql/graphql';
import { ago } from '@/lib/format';

interface ModelChangeProps {
  change: EmbeddingModelChangePartsFragment;
  isBusy: boolean;
  onCancel: () => void;
  onRetry: () => void;
}

export function ModelChange({ change: { model, status, numChunks, numEmbedded, isIndexing, failure, finishedAt }, isBusy, onCancel, onRetry }: ModelChangeProps) {
  if (status === 'FAILED') {
    return <Notice className="my-3" onRetry={onRetry}>The change to {model.name} failed: {failure?.message ?? 'nobody knows why.'} The model before it goes on.</Notice>;
  }
  if (status === 'CANCELLED') return <p className="py-4 text-sm text-muted">The change to {model.name} was given up{finishedAt && ` ${ago(finishedAt)}`}.</p>;
  if (status !== 'BUILDING') return null;
  const passages = numChunks > 0 ? `${numEmbedded.toLocaleString('en')} of ${numChunks.toLocaleString('en')} passages` : 'Counting the passages';
  const text = isIndexing ? 'All passages are read; their index is being built' : passages;
  return (
    <div className="py-4" role="status">
      <div className="mb-2 flex items-center justify-between gap-3">
        <div className="min-w-0 text-sm">
          <p className="font-medium">Changing to {model.name}</p>
          <p className="text-[0.8125rem] text-muted tabular-nums">{text}. Until it is done, everything is found by the model before.</p>
        </div>
        <Button isBusy={isBusy} onClick={onCancel}>Give up</Button>
      </div>
      <ProgressBar value={numChunks > 0 ? numEmbedded / numChunks : 0} label={`Change to ${model.name}`} />
    </div>
  );
}
