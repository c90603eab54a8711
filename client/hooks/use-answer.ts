// An answer as it stands, live while it is written and from the cache when it has ended.
'use client';
import { useReducer } from 'react';
import { MessageEventsDocument, type MessagePartsFragment } from '@/gql/graphql';
import { NOTHING_YET, reduce, type LiveAnswer } from '@/lib/answer/reduce';
import { useEvents } from './use-events';

// Behind nothing: the stream is told from its beginning, so that a reload shows the steps as well.
const BEGINNING = '0-0';

export const isUnfinished = ({ status }: { status: MessagePartsFragment['status'] }) => status === 'QUEUED' || status === 'RUNNING';

export interface Answer extends LiveAnswer {
  isLive: boolean;
  /** What broke the connection off for good. */
  error: string | null;
}

export function useAnswer(message: MessagePartsFragment): Answer {
  const [live, take] = useReducer(reduce, NOTHING_YET);
  // An answer that was only just sent has no id of the server's yet.
  const isKnown = !message.id.startsWith('new:');
  const isLive = isUnfinished(message) && !live.ended;
  const error = useEvents(
    MessageEventsDocument,
    { message: message.id, after: BEGINNING },
    { isSkipped: !isKnown || !isUnfinished(message), onEvent: ({ messageEvents }) => take(messageEvents) },
  );
  if (isUnfinished(message)) return { ...live, isLive, error };
  const { content: text, citations, webCitations } = message;
  return { ...live, text, citations, webCitations, isLive: false, error: null };
}
