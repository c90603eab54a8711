// Sends a question; it stands in the chat at once, and leaves it again if the server refuses it.
'use client';
import type { ApolloCache, ApolloClient } from '@apollo/client';
import { useApolloClient } from '@apollo/client/react';
import { useCallback } from 'react';
import { payloadOf } from '@/apollo/outcome';
import { SendMessageDocument, type MessagePartsFragment, type MessageRole, type MessageStatus } from '@/gql/graphql';

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
  };
}

/** Lists are newest first. */
function prepend(cache: ApolloCache, chat: string, ids: string[]): void {
  interface Kept {
    edges?: { node: { __ref: string } }[];
    totalCount?: number;
  }
  const edges = ids.map((id) => ({ __typename: 'MessageEdge', cursor: '', node: { __ref: `Message:${id}` } }));
  cache.modify<{ messages: Kept }>({
    id: cache.identify({ __typename: 'Chat', id: chat }),
    fields: {
      messages(kept) {
        const { edges: known = [], totalCount = 0 } = kept as Kept;
        const added = edges.filter(({ node }) => !known.some((edge) => edge.node.__ref === node.__ref));
        return { ...kept, totalCount: totalCount + added.length, edges: [...added, ...known] } as never;
      },
    },
  });
}

/** A name for one sending; `randomUUID` is missing on pages without a certificate. */
function keyOf(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

