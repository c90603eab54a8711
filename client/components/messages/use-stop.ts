// Stops an answer; what was written so far is kept.
'use client';
import { useApolloClient } from '@apollo/client/react';
import { useCallback } from 'react';
import { payloadOf, sentenceOf } from '@/apollo/outcome';
import { useToast } from '@/components/ui/toast';
import { StopMessageDocument } from '@/gql/graphql';

export function useStop() {
  const client = useApolloClient();
  const say = useToast();
  return useCallback(
    async (message: string) => {
      try {
        payloadOf((await client.mutate({ mutation: StopMessageDocument, variables: { message } })).data?.stopMessage);
      } catch (error) {
        say(sentenceOf(error), { isError: true });
      }
    },
    [client, say],
  );
}
