// The title that is written for a chat soon after its first answer.
'use client';
import { useApolloClient } from '@apollo/client/react';
import { useEffect } from 'react';
import { ChatTitleDocument } from '@/gql/graphql';

/** What the API calls a chat before anybody has named it. */
const UNTITLED = 'New chat';

// Nothing tells of it, so it is asked for a few times, ever less often, and then left to the next visit.
const WAITS_MS = [1_500, 3_000, 6_000, 12_000, 30_000];

/** Puts the title into the cache once there is one; `isDue` when the chat's first answer has just ended. */
export function useLateTitle(chat: string, isDue: boolean): void {
  const client = useApolloClient();
  useEffect(() => {
    if (!isDue) return;
    let timer: ReturnType<typeof setTimeout>;
    const ask = (nth: number) => {
      timer = setTimeout(() => {
        client.query({ query: ChatTitleDocument, variables: { chat }, fetchPolicy: 'no-cache' }).then(
          ({ data }) => {
            const title = data?.chat?.title;
            if (title === UNTITLED) next(nth);
            else if (title) client.cache.modify({ id: client.cache.identify({ __typename: 'Chat', id: chat }), fields: { title: () => title } });
          },
          () => next(nth),
        );
      }, WAITS_MS[nth]);
    };
    const next = (nth: number) => nth + 1 < WAITS_MS.length && ask(nth + 1);
    ask(0);
    return () => clearTimeout(timer);
  }, [client, chat, isDue]);
}
