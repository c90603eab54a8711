// The first question makes the chat, and leads to it while it is being answered.
'use client';
import { useApolloClient } from '@apollo/client/react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { payloadOf, sentenceOf } from '@/apollo/outcome';
import { useLive } from '@/components/documents/live';
import { countOf } from '@/components/documents/status';
import { Composer } from '@/components/messages/composer';
import { sendMessage } from '@/components/messages/use-send';
import { Notice } from '@/components/ui/states';
import { useToast } from '@/components/ui/toast';
import { ConversationDocument, CreateChatDocument } from '@/gql/graphql';
import { count } from '@/lib/format';
import { putChat } from './cache';

const TITLE_CHARACTERS = 60;

/** A chat is called by its first question, cut at a word, until it has a title of its own. */
export function titleOf(question: string): string {
  const line = question.trim().replace(/\s+/g, ' ');
  if (line.length <= TITLE_CHARACTERS) return line;
  return `${line.slice(0, TITLE_CHARACTERS).replace(/\s+\S*$/, '')}…`;
}

export function NewChat({ project }: { project: string }) {
  const client = useApolloClient();
  const router = useRouter();
  const say = useToast();
  const { counts } = useLive();

  async function begin(question: string) {
    const { data } = await client.mutate({ mutation: CreateChatDocument, variables: { project } });
    const { chat } = payloadOf(data?.createChat);
    const title = titleOf(question);
    client.cache.modify({ id: client.cache.identify(chat), fields: { title: () => title } });
    client.writeQuery({
      query: ConversationDocument,
      variables: { chat: chat.id },
      data: {
        chat: {
          __typename: 'Chat',
          id: chat.id,
          title,
          messages: { __typename: 'MessageConnection', totalCount: 0, edges: [], pageInfo: { __typename: 'PageInfo', hasNextPage: false, endCursor: null } },
        },
      },
    });
    putChat(client.cache, project, chat.id);
    sendMessage(client, chat.id, question).catch((error: unknown) => say(sentenceOf(error), { isError: true }));
    router.push(`/projects/${encodeURIComponent(project)}/chat/${encodeURIComponent(chat.id)}`);
  }

  const numReady = counts ? countOf('ready', counts) : null;
  return (
    <div className="flex flex-1 flex-col justify-center px-4 pb-[16dvh] sm:px-6">
      <div className="mx-auto w-full max-w-2xl">
        <h2 className="text-center text-xl font-semibold sm:text-2xl tracking-tight text-balance">What would you like to know?</h2>
        <p className="mt-1.5 mb-6 min-h-6 text-center text-muted">{numReady ? `Answers come from ${count(numReady, 'document')} of this project.` : ''}</p>
        <Composer onSend={begin} onStop={null} />
        {numReady === 0 && (
          <Notice tone="info" className="mt-4">
            Nothing is ready to be asked about yet.{' '}
            <Link href={`/projects/${encodeURIComponent(project)}`} className="font-medium underline underline-offset-4">
              Add documents
            </Link>
          </Notice>
        )}
      </div>
    </div>
  );
}
