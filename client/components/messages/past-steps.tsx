// What was searched for to write an answer that ended before this page was opened; asked for when it is unfolded.
'use client';
import { useLazyQuery } from '@apollo/client/react';
import { sentenceOf } from '@/apollo/outcome';
import { Icon } from '@/components/ui/icons';
import { Loading, Notice, Skeleton } from '@/components/ui/states';
import { MessageStepsDocument } from '@/gql/graphql';
import { FoldedSteps } from './steps';

export function PastSteps({ message }: { message: string }) {
  const [ask, { data, error }] = useLazyQuery(MessageStepsDocument);
  const node = data?.node?.__typename === 'Message' ? data.node : null;
  const steps = node?.retrievalRuns.map(({ tool, query }) => ({ kind: 'tool' as const, name: tool, query, state: 'done' as const, result: null }));
  return (
    <FoldedSteps
      summary="Steps"
      icon={<Icon name="chevron" className="size-4 transition-transform group-open:rotate-90" />}
      steps={steps ?? []}
      onOpen={() => void ask({ variables: { message } }).catch(() => undefined)}
    >
      {error && <Notice className="mt-1 mb-3">{sentenceOf(error)}</Notice>}
      {!steps && !error && (
        <Loading label="Loading the steps">
          <Skeleton className="mt-1 mb-3 ml-2 h-6 w-1/2" />
        </Loading>
      )}
      {steps?.length === 0 && <p className="mt-1 mb-3 ml-2 border-l border-line pl-4">Nothing was searched for.</p>}
    </FoldedSteps>
  );
}
