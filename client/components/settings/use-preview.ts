// Asks the same questions under the saved and the edited settings; only the last asking counts.
'use client';
import { useApolloClient } from '@apollo/client/react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { payloadOf, sentenceOf } from '@/apollo/outcome';
import { PreviewSettingsDocument, type PreviewSettingsQuery, type SearchSettingsInput } from '@/gql/graphql';
import type { Changes } from './use-draft';

export type Compared = Extract<PreviewSettingsQuery['previewRetrievalSettings'], { __typename: 'PreviewRetrievalSettingsPayload' }>;

export interface Asked {
  questions: string[];
  numFromFeedback: number;
}

export const SHOWN = 10;
/** The most questions that one preview asks. */
export const MOST = 20;
const SEARCHED: (keyof SearchSettingsInput)[] = ['ragStrategy', 'fusion', 'vectorWeight', 'keywordWeight', 'multiQueryCount', 'similarityThreshold', 'useReranking'];

/** Of the changes those that a search knows; the others concern what happens with what was found. */
export function searchedWith(changes: Changes): SearchSettingsInput {
  return Object.fromEntries(Object.entries(changes).filter(([name, value]) => SEARCHED.includes(name as keyof SearchSettingsInput) && !Number.isNaN(value)));
}

export function usePreview(project: string) {
  const client = useApolloClient();
  const [compared, setCompared] = useState<Compared | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const run = useCallback(
    async ({ questions, numFromFeedback }: Asked, after: SearchSettingsInput) => {
      running.current?.abort();
      const mine = new AbortController();
      running.current = mine;
      setIsBusy(true);
      try {
        const input = { projectId: project, questions: questions.map((text) => ({ text })), numFromFeedback, after, first: SHOWN };
        const { data } = await client.query({
          query: PreviewSettingsDocument,
          variables: { input },
          fetchPolicy: 'no-cache',
          context: { queryDeduplication: false, fetchOptions: { signal: mine.signal } },
        });
        const payload = payloadOf(data?.previewRetrievalSettings);
        if (running.current !== mine) return;
        setCompared(payload);
        setError(null);
      } catch (cause) {
        if (running.current === mine) setError(sentenceOf(cause));
      } finally {
        if (running.current === mine) setIsBusy(false);
      }
    },
    [client, project],
  );
  return { compared, error, isBusy, run };
}
