// The messages of a chat, of which those near the sight are drawn: two thousand cost no more than twenty.
'use client';
import { useVirtualizer, defaultRangeExtractor, type Range } from '@tanstack/react-virtual';
import { useEffect, useEffectEvent, useRef, useState, type FocusEvent, type RefObject } from 'react';
import { Loading, Skeleton } from '@/components/ui/states';
import type { ConversationQuery } from '@/gql/graphql';
import { Message } from './message';
import { keptWith } from './range';

export type Listed = NonNullable<ConversationQuery['chat']>['messages']['edges'][number]['node'];

interface MessageListProps {
  /** What scrolls. */
  frame: RefObject<HTMLElement | null>;
  /** Oldest first. */
  messages: Listed[];
  /** How many the chat has in all, and how many of them stand before the first one here. */
  total: number;
  numUnread: number;
  loadOlder: () => Promise<unknown>;
}

// As high as messages are that nobody has seen yet; each is measured when it is drawn.
const QUESTION_PIXELS = 76;
const ANSWER_PIXELS = 180;
const OLDER_PIXELS = 132;
/** Older messages are asked for while so many are left above the sight. */
const NEAR_MESSAGES = 10;

export function MessageList({ frame, messages, total, numUnread, loadOlder }: MessageListProps) {
  const [focused, setFocused] = useState<string | null>(null);
  const estimate = (index: number) => (messages[index]?.role === 'USER' ? QUESTION_PIXELS : ANSWER_PIXELS);
  // eslint-disable-next-line react-hooks/incompatible-library -- nothing of it is handed to what is memoised
  const rows = useVirtualizer({
    count: messages.length,
    getScrollElement: () => frame.current,
    estimateSize: estimate,
    getItemKey: (index) => messages[index]?.id ?? index,
    // The newest are in sight first.
    initialOffset: () => messages.reduce((sum, _, index) => sum + estimate(index), 0),
    paddingStart: numUnread > 0 ? OLDER_PIXELS : 0,
    overscan: 6,
    // What comes before the first message moves nothing that is in sight.
    anchorTo: 'end',
    rangeExtractor: (range: Range) => keptWith(defaultRangeExtractor(range), range.count, messages.findIndex(({ id }) => id === focused)),
  });
  const shown = rows.getVirtualItems();
  useOlder(shown.at(0)?.index ?? 0, numUnread, loadOlder);

  return (
    <ol className="relative" style={{ height: rows.getTotalSize() }} onFocus={(event) => setFocused(messageOf(event))} onBlur={() => setFocused(null)}>
      {numUnread > 0 && <OlderPlace />}
      {shown.map(({ index, key, start }) => {
        const message = messages[index];
        if (!message) return null;
        return (
          <li
            key={key}
            ref={rows.measureElement}
            data-index={index}
            data-message={message.id}
            aria-setsize={total}
            aria-posinset={numUnread + index + 1}
            className="absolute inset-x-0 top-0 pb-7"
            style={{ transform: `translateY(${start}px)` }}
          >
            <Message message={message} />
          </li>
        );
      })}
    </ol>
  );
}

/** Asks for older messages while the first one drawn is near the first one there is; one page at a time. */
function useOlder(first: number, numUnread: number, load: () => Promise<unknown>): void {
  const isAsked = useRef(false);
  const ask = useEffectEvent(() => {
    if (isAsked.current || numUnread === 0 || first > NEAR_MESSAGES) return;
    isAsked.current = true;
    const settle = () => {
      isAsked.current = false;
    };
    // One that failed is asked for again by the next move.
    load().then(settle, settle);
  });
  useEffect(() => ask(), [first, numUnread]);
}

function OlderPlace() {
  return (
    <li className="absolute inset-x-0 top-0">
      <Loading label="Loading older messages">
        <Skeleton className="ml-auto h-11 w-1/2 rounded-2xl" />
        <Skeleton className="mt-5 h-12 w-full rounded-2xl" />
      </Loading>
    </li>
  );
}

const messageOf = ({ target }: FocusEvent) => target.closest<HTMLElement>('[data-message]')?.dataset.message ?? null;
