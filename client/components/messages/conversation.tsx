// One chat: its questions and answers, the newest at the bottom, and the place to ask.
'use client';
import { useQuery } from '@apollo/client/react';
import { useEffect, useEffectEvent, useLayoutEffect, useMemo, useRef } from 'react';
import { sentenceOf } from '@/apollo/outcome';
import { IconButton } from '@/components/ui/button';
import { Empty, Loading, Notice, Skeleton } from '@/components/ui/states';
import { ConversationDocument, type ConversationQuery } from '@/gql/graphql';
import { isUnfinished } from '@/hooks/use-answer';
import { useStickToBottom } from '@/hooks/use-stick-to-bottom';
import { shown } from './cache';
import { Composer } from './composer';
import { Message } from './message';
import { ChatContext } from './versions';
import { useSend } from './use-send';
import { useStop } from './use-stop';

type Listed = NonNullable<ConversationQuery['chat']>['messages']['edges'][number]['node'];

export function Conversation({ chat }: { chat: string }) {
  const { data, error, loading, refetch, fetchMore } = useQuery(ConversationDocument, { variables: { chat }, fetchPolicy: 'cache-and-network', nextFetchPolicy: 'cache-first' });
  const messages = data?.chat?.messages;
  const oldestFirst = useMemo(() => shown(messages?.edges.map(({ node }) => node).reverse() ?? []), [messages]);
  const running = oldestFirst.find(isUnfinished);
  const { frame, content, isAtEnd, toEnd } = useStickToBottom();
  const send = useSend(chat);
  const stop = useStop();

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
          {messages?.pageInfo.hasNextPage && (
            <Older frame={frame} numRead={messages.edges.length} load={() => fetchMore({ variables: { after: messages.pageInfo.endCursor } })} />
          )}
          <ChatContext value={chat}>
            <MessageList messages={oldestFirst} />
          </ChatContext>
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
          onStop={running ? () => void stop(running.id) : null}
        />
      </div>
    </div>
  );
}

function MessageList({ messages }: { messages: Listed[] }) {
  return (
    <ol className="space-y-7">
      {messages.map((message) => (
        <li key={message.id} className="[contain-intrinsic-size:auto_160px] [content-visibility:auto]">
          <Message message={message} />
        </li>
      ))}
    </ol>
  );
}

interface OlderProps {
  frame: React.RefObject<HTMLDivElement | null>;
  /** How many messages are there by now. */
  numRead: number;
  load: () => Promise<unknown>;
}

/** Reads older messages while it is near, and keeps what is read where it is. */
function Older({ frame, numRead, load }: OlderProps) {
  const mark = useRef<HTMLDivElement>(null);
  const fromEnd = useRef<number | null>(null);
  const loadMore = useEffectEvent(() => {
    const outer = frame.current;
    if (!outer || fromEnd.current !== null) return;
    fromEnd.current = outer.scrollHeight - outer.scrollTop;
    load().catch(() => {
      fromEnd.current = null;
    });
  });
  useLayoutEffect(() => {
    const outer = frame.current;
    if (outer && fromEnd.current !== null) outer.scrollTo({ top: outer.scrollHeight - fromEnd.current });
    fromEnd.current = null;
  }, [frame, numRead]);
  useEffect(() => {
    const element = mark.current;
    if (!element) return;
    // A new observer tells at once whether the mark is near: what is still near after a page asks for the next.
    const near = new IntersectionObserver(([entry]) => entry?.isIntersecting && loadMore(), { root: frame.current, rootMargin: '400px' });
    near.observe(element);
    return () => near.disconnect();
  }, [frame, numRead]);
  return (
    <div ref={mark} className="pb-6">
      <Loading label="Loading older messages">
        <Skeleton className="ml-auto h-11 w-1/2 rounded-2xl" />
      </Loading>
    </div>
  );
}

function Placeholders() {
  return (
    <Loading label="Loading the chat">
      <Skeleton className="ml-auto h-11 w-2/3 rounded-2xl" />
      <Skeleton className="mt-7 h-28 w-full rounded-2xl" />
    </Loading>
  );
}
