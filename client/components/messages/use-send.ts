// Sends a question; it stands in the chat at once, and leaves it again if the server refuses it.
'use client';
import type { ApolloClient } from '@apollo/client';
import { useApolloClient } from '@apollo/client/react';
import { useCallback } from 'react';
import { payloadOf } from '@/apollo/outcome';
import { SendMessageDocument, type MessagePartsFragment, type MessageRole, type MessageStatus } from '@/gql/graphql';
import { keyOf } from '@/lib/key';
import { prepend } from './cache';

export function useSend(chat: string) {
  const client = useApolloClient();
  return useCallback((content: string) => sendMessage(client, chat, content), [client, chat]);
}

/** Rejects with `Refused` when the API refuses; a repeat of a sending that was cut is not asked twice. */
export async function sendMessage(client: ApolloClient, chat: string, content: string): Promise<void> {
  const key = keyOf();
  const { data } = await client.mutate({
    mutation: SendMessageDocument,
    variables: { input: { chatId: chat, content, idempotencyKey: key } },
    optimisticResponse: {
      sendMessage: {
        __typename: 'SendMessagePayload',
        question: draft(`new:${key}:question`, 'USER', 'COMPLETED', content),
        answer: draft(`new:${key}:answer`, 'ASSISTANT', 'QUEUED', ''),
      },
    },
    update(cache, { data: answered }) {
      if (answered?.sendMessage.__typename !== 'SendMessagePayload') return;
      prepend(cache, chat, [answered.sendMessage.answer.id, answered.sendMessage.question.id]);
    },
  });
  payloadOf(data?.sendMessage);
}

function draft(id: string, role: MessageRole, status: MessageStatus, content: string): MessagePartsFragment {
  return {
    __typename: 'Message',
    id,
    role,
    content,
    status,
    failure: null,
    model: null,
    createdAt: new Date().toISOString(),
    citations: [],
    webCitations: [],
    feedback: null,
    verificationRate: null,
    unsupportedSentences: [],
    parent: null,
    siblings: [],
  };
}
