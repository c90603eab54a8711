// The model that embeds a project's passages: which it is, the way to another one, and the way back.
'use client';
import { useMutation, useQuery } from '@apollo/client/react';
import { useState } from 'react';
import { payloadOf, sentenceOf } from '@/apollo/outcome';
import { Button } from '@/components/ui/button';
import { INPUT } from '@/components/ui/field';
import { Notice } from '@/components/ui/states';
import { useToast } from '@/components/ui/toast';
import { CancelEmbeddingModelChangeDocument, EmbeddingModelsDocument, type EmbeddingModelPartsFragment } from '@/gql/graphql';
import { useSubmit } from '@/hooks/use-submit';
import { ChangeModel, type Wanted } from './change-model';
import { ModelChange } from './model-change';
import { Group } from './parts';

type Model = NonNullable<EmbeddingModelPartsFragment['embeddingModel']>;
const nameOf = ({ name, dimensions }: Model) => `${name}, ${dimensions.toLocaleString('en')} dimensions`;

export function EmbeddingModel({ project }: { project: EmbeddingModelPartsFragment }) {
  const say = useToast();
  const { data, error } = useQuery(EmbeddingModelsDocument);
  const [wanted, setWanted] = useState<Wanted | null>(null);
  const [cancel] = useMutation(CancelEmbeddingModelChangeDocument, { variables: { project: project.id } });
  const stop = useSubmit(async () => {
    payloadOf((await cancel()).data?.cancelEmbeddingModelChange);
    say('Given up. The model that serves goes on.');
  });
  const { embeddingModel: current, formerEmbeddingModel: former, embeddingModelChange: change } = project;
  if (!current) return null;
  const isBuilding = change?.status === 'BUILDING';
  const others = data?.embeddingModels.filter(({ name, dimensions }) => name !== current.name || dimensions !== current.dimensions);
  return (
    <Group title="Embedding model">
      <div className="py-4">
        <p className="font-medium">{nameOf(current)}</p>
        <p className="text-[0.8125rem] text-muted">It makes passages and questions comparable. Both must be embedded by the same model, so a change embeds every passage anew.</p>
      </div>
      {change && <ModelChange change={change} isBusy={stop.isBusy} onCancel={() => void stop.submit()} onRetry={() => setWanted({ model: change.model.name, isBack: false })} />}
      {stop.problem && <Notice className="my-3">{stop.problem.message}</Notice>}
      {error && <Notice className="my-3">{sentenceOf(error)}</Notice>}
      {others?.length === 0 && <p className="py-4 text-sm text-muted">This installation has no other model.</p>}
      {!isBuilding && others && others.length > 0 && <Choice others={others} onWanted={(model) => setWanted({ model, isBack: false })} />}
      {!isBuilding && former && (
        <div className="flex flex-wrap items-center justify-between gap-3 py-4 text-sm">
          <p className="min-w-0 flex-1 text-muted">Before, it was {nameOf(former)}.</p>
          <Button icon="back" onClick={() => setWanted({ model: former.name, isBack: true })}>Go back to it…</Button>
        </div>
      )}
      <ChangeModel project={project.id} current={current.name} wanted={wanted} onClose={() => setWanted(null)} />
    </Group>
  );
}

function Choice({ others, onWanted }: { others: Model[]; onWanted: (model: string) => void }) {
  const [chosen, setChosen] = useState('');
  return (
    <div className="flex flex-wrap gap-2 py-4">
      <select aria-label="Another model" value={chosen} onChange={(event) => setChosen(event.target.value)} className={`${INPUT} min-w-40 flex-1`}>
        <option value="">Another model…</option>
        {others.map((model) => (
          <option key={model.name} value={model.name}>{nameOf(model)}</option>
        ))}
      </select>
      <Button className="h-auto" disabled={chosen === ''} onClick={() => onWanted(chosen)}>Change…</Button>
    </div>
  );
}
