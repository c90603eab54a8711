// Follows a subscription event by event; none is skipped, however many come between two frames.
'use client';
import type { OperationVariables, TypedDocumentNode } from '@apollo/client';
import { useApolloClient } from '@apollo/client/react';
import { useEffect, useEffectEvent, useState } from 'react';
import { sentenceOf } from '@/apollo/outcome';

interface Following<T> {
  isSkipped?: boolean;
  onEvent: (data: T) => void;
  onEnd?: () => void;
}

/** Subscribes while mounted; the sentence of what broke it off for good, or null. */
export function useEvents<T, V extends OperationVariables>(document: TypedDocumentNode<T, V>, variables: V, following: Following<T>): string | null {
  const client = useApolloClient();
  const [error, setError] = useState<string | null>(null);
  const onEvent = useEffectEvent((data: T) => following.onEvent(data));
  const onEnd = useEffectEvent(() => following.onEnd?.());
  const key = JSON.stringify(variables);
  const isSkipped = following.isSkipped ?? false;
  useEffect(() => {
    if (isSkipped) return;
    const running = client.subscribe<T>({ query: document, variables: JSON.parse(key) as V }).subscribe({
      next: ({ data, error: cause }) => {
        if (cause) setError(sentenceOf(cause));
        else if (data) onEvent(data as T);
      },
      error: (cause) => setError(sentenceOf(cause)),
      complete: () => onEnd(),
    });
    return () => running.unsubscribe();
  }, [client, document, key, isSkipped]);
  return isSkipped ? null : error;
}
