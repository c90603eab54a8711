// One chat: its questions and answers, the newest at the bottom, and the place to ask.
'use client';
import { useQuery } from '@apollo/client/react';
import { useEffect, useEffectEvent, useMemo } from 'react';
import { sentenceOf } from '@/apollo/outcome';
import { isFree } from '@/components/chats/keys';
import { useLooking } from '@/components/citations/context';
import { IconButton } from '@/components/ui/button';
import { Empty, Loading, Notice, Skeleton } from '@/components/ui/states';
import { ConversationDocument } from '@/gql/graphql';
import { isUnfinished } from '@/hooks/use-answer';
import { useStickToBottom } from '@/hooks/use-stick-to-bottom';
import { shown } from './cache';
import { Composer } from './composer';
import { MessageList } from './message-list';
import { ChatContext } from './versions';
import { useSend } from './use-send';
import { useStop } from './use-stop';

/** Older messages come in larger parts than the first ones, which somebody waits for. */
const OLDER_PAGE = 40;

export function Conversation({ chat }: { chat: string }) {
  const { data, error, loading, refetch, fetchMore } = useQuery(ConversationDocument, { variables: { chat }, fetchPolicy: 'cache-and-network', nextFetchPolicy: 'cache-first' });
  const messages = data?.chat?.messages;
  const oldestFirst = useMemo(() => shown(messages?.edges.map(({ node }) => node).reverse() ?? []), [messages]);
  const running = oldestFirst.find(isUnfinished);
  const { frame, content, isAtEnd, toEnd } = useStickToBottom();
  const send = useSend(chat);
  const stop = useStop();
  const onStop = running ? () => void stop(running.id) : null;
  useEscape(onStop);

  if (data && !data.chat) {
    return (
      <Empty icon="chat" title="There is no such chat">
        It was deleted, or it belongs to somebody else.
      </Empty>
    );
  }
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div ref={frame} className="min-h-0 flex-1 overflow-y-auto" data-testid="conversation">
        <div ref={content} className="mx-auto w-full max-w-3xl px-4 pt-6 pb-8 sm:px-6">
          {error && <Notice onRetry={() => void refetch()}>{sentenceOf(error)}</Notice>}
          {!messages && loading && <Placeholders />}
          {messages && (
            <ChatContext value={chat}>
              <MessageList
                frame={frame}
                messages={oldestFirst}
                total={messages.totalCount}
                numUnread={messages.pageInfo.hasNextPage ? messages.totalCount - messages.edges.length : 0}
                loadOlder={() => fetchMore({ variables: { first: OLDER_PAGE, after: messages.pageInfo.endCursor } })}
              />
            </ChatContext>
          )}
        </div>
      </div>
      <div className="relative mx-auto w-full max-w-3xl px-3 pb-3 sm:px-6 sm:pb-5">
        {!isAtEnd && (
          <IconButton
            icon="bottom"
            label="To the latest message"
            onClick={() => toEnd('smooth')}
            className="absolute -top-12 left-1/2 -translate-x-1/2 rounded-full border border-line bg-raised shadow-pop"
          />
        )}
        <Composer
          onSend={(text) => {
            toEnd();
            return send(text);
          }}
          onStop={onStop}
        />
      </div>
    </div>
  );
}

/** Escape stops the answer from anywhere, unless it closes something first. */
function useEscape(stop: (() => void) | null) {
  const { citation } = useLooking();
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.key === 'Escape' && !citation && isFree(event)) stop?.();
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => onKey(event);
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, []);
}

function Placeholders() {
  return (
    <Loading label="Loading the chat">
      <Skeleton className="ml-auto h-11 w-2/3 rounded-2xl" />
      <Skeleton className="mt-7 h-28 w-full rounded-2xl" />
    </Loading>
  );
}
