// The opened row: each stage of the work as it happens, and what it found.
'use client';
import clsx from 'clsx';
import { useApolloClient, useQuery } from '@apollo/client/react';
import { useState } from 'react';
import { Icon } from '@/components/ui/icons';
import { Spinner } from '@/components/ui/spinner';
import { sentenceOf } from '@/apollo/outcome';
import { Notice, Skeleton } from '@/components/ui/states';
import { DocumentEventsDocument, DocumentStagesDocument, type DocumentEventsSubscription, type DocumentRowFragment, type DocumentStatus } from '@/gql/graphql';
import { useEvents } from '@/hooks/use-events';
import { factsOf } from './facts';
import { STAGE_LABELS, isWorking } from './status';

interface Step {
  done: number;
  total: number | null;
}

export function Stages({ document, className }: { document: DocumentRowFragment; className?: string }) {
  const client = useApolloClient();
  const { data, error, refetch } = useQuery(DocumentStagesDocument, { variables: { document: document.id }, fetchPolicy: 'cache-and-network' });
  const [steps, setSteps] = useState<Partial<Record<DocumentStatus, Step>>>({});

  function onEvent({ documentEvents: event }: DocumentEventsSubscription) {
    if (event.__typename === 'StageProgressed') {
      const { stage, done, total, progress } = event;
      setSteps((now) => ({ ...now, [stage]: { done, total } }));
      client.cache.modify({ id: client.cache.identify(document), fields: { progress: () => progress } });
    } else if (event.__typename !== 'DocumentDeleted') {
      void refetch();
    }
  }

  const liveError = useEvents(DocumentEventsDocument, { document: document.id }, { isSkipped: !isWorking(document.status), onEvent });
  const stages = data?.document?.stages;
  return (
    <div className={clsx('px-4 py-3', className)}>
      {(error ?? liveError) && <Notice className="mb-2">{liveError ?? sentenceOf(error)}</Notice>}
      {!stages && !error && <Skeleton className="h-6 w-64" />}
      {stages?.length === 0 && <p className="text-sm text-muted">The work has not begun yet.</p>}
      <ol className="space-y-1.5">
        {stages?.map(({ stage, startedAt, finishedAt, detail }) => (
          <li key={stage} className="flex items-start gap-2.5 text-sm">
            {finishedAt ? <Icon name="check" className="mt-0.5 size-4 text-good" /> : isWorking(document.status) ? <Spinner className="mt-1 size-3.5" /> : <Icon name="minus" className="mt-0.5 size-4 text-muted" />}
            <span className="flex-1">
              {STAGE_LABELS[stage]}
              <span className="text-muted">{finishedAt ? factsOf(detail) : stepOf(steps[stage])}</span>
            </span>
            {finishedAt && <span className="text-[0.8125rem] text-muted tabular-nums">{seconds(startedAt, finishedAt)}</span>}
          </li>
        ))}
      </ol>
    </div>
  );
}

const stepOf = (step?: Step) => (step ? ` · ${step.done}${step.total ? ` of ${step.total}` : ''}` : '');

function seconds(from: string, to: string): string {
  return `${Math.max(0.1, (Date.parse(to) - Date.parse(from)) / 1000).toFixed(1)} s`;
}
