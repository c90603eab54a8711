// Asks for another answer to the same question, and switches between the answers there are.
'use client';
import { useApolloClient } from '@apollo/client/react';
import { createContext, useContext, useState } from 'react';
import { payloadOf, sentenceOf } from '@/apollo/outcome';
import { IconButton } from '@/components/ui/button';
import { useToast } from '@/components/ui/toast';
import { RegenerateMessageDocument, SelectMessageDocument, type MessagePartsFragment } from '@/gql/graphql';
import { keyOf } from '@/lib/key';
import { prepend } from './cache';

/** The open chat's id. */
export const ChatContext = createContext('');

export function Versions({ message: { id, siblings } }: { message: Pick<MessagePartsFragment, 'id' | 'siblings'> }) {
  const client = useApolloClient();
  const chat = useContext(ChatContext);
  const say = useToast();
  const [isBusy, setIsBusy] = useState(false);
  const at = siblings.findIndex((each) => each.id === id);

  async function run(work: () => Promise<void>) {
    setIsBusy(true);
    try {
      await work();
    } catch (error) {
      say(sentenceOf(error), { isError: true });
    } finally {
      setIsBusy(false);
    }
  }

  async function regenerate() {
    const { data } = await client.mutate({
      mutation: RegenerateMessageDocument,
      variables: { message: id, key: keyOf() },
      update(cache, { data: answered }) {
        if (answered?.regenerateMessage.__typename === 'RegenerateMessagePayload') prepend(cache, chat, [answered.regenerateMessage.answer.id]);
      },
    });
    payloadOf(data?.regenerateMessage);
  }

  async function select(message: string) {
    const { data } = await client.mutate({
      mutation: SelectMessageDocument,
      variables: { message },
      update(cache, { data: answered }) {
        // One that was too old to be on the list yet comes with it.
        if (answered?.selectMessage.__typename === 'MessagePayload') prepend(cache, chat, [message]);
      },
    });
    payloadOf(data?.selectMessage);
  }

  const [before, after] = [siblings[at - 1], siblings[at + 1]];
  return (
    <>
      <IconButton icon="retry" label="Answer again" disabled={isBusy} onClick={() => void run(regenerate)} />
      {siblings.length > 1 && at >= 0 && (
        <span className="flex items-center text-[0.8125rem] text-muted tabular-nums">
          <IconButton icon="back" label="Earlier answer" disabled={isBusy || !before} onClick={() => before && void run(() => select(before.id))} className="w-7" />
          <span aria-label={`Answer ${at + 1} of ${siblings.length}`}>
            {at + 1} / {siblings.length}
          </span>
          <IconButton icon="chevron" label="Later answer" disabled={isBusy || !after} onClick={() => after && void run(() => select(after.id))} className="w-7" />
        </span>
      )}
    </>
  );
}
