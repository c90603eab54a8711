// Reads older messages while their place is near. The place is there from the beginning, about as high as they
// will be: what is read takes it up, and nothing that stands below moves.
'use client';
import { useEffect, useEffectEvent, useLayoutEffect, useRef, type RefObject } from 'react';
import { Loading, Skeleton } from '@/components/ui/states';

interface OlderProps {
  /** What scrolls. */
  frame: RefObject<HTMLElement | null>;
  list: RefObject<HTMLElement | null>;
  /** How many are not there yet: what is new at the other end does not change it. */
  numUnread: number;
  load: () => Promise<unknown>;
}

export function Older({ frame, list, numUnread, load }: OlderProps) {
  const place = useRef<HTMLDivElement>(null);
  const height = useRef<number | null>(null);
  /** The oldest message when the next page was asked for. */
  const oldest = useRef<HTMLElement | null>(null);
  const isAsked = useRef(false);

  const loadMore = useEffectEvent(() => {
    if (isAsked.current || numUnread === 0) return;
    isAsked.current = true;
    oldest.current = list.current?.firstElementChild as HTMLElement | null;
    load().catch(() => {
      isAsked.current = false;
    });
  });

  useLayoutEffect(() => {
    const [outer, inner, own] = [frame.current, list.current, place.current];
    if (!outer || !inner || !own) return;
    const before = height.current;
    const added = oldest.current?.isConnected ? oldest.current.offsetTop - inner.offsetTop : 0;
    height.current = numUnread === 0 ? 0 : before === null ? guessed(inner, numUnread) : Math.max(LEAST_PIXELS, before - added);
    own.style.height = `${height.current}px`;
    // Only where the guess was wrong is there anything left to make good for.
    if (before !== null && isAsked.current) outer.scrollTop += height.current - (before - added);
    isAsked.current = false;
    oldest.current = null;
  }, [frame, list, numUnread]);

  useEffect(() => {
    const element = place.current;
    if (!element || numUnread === 0) return;
    // A new observer tells at once whether the place is near: what is still near after a page asks for the next.
    const near = new IntersectionObserver(([entry]) => entry?.isIntersecting && loadMore(), { root: frame.current, rootMargin: '400px' });
    near.observe(element);
    return () => near.disconnect();
  }, [frame, numUnread]);

  return (
    <div ref={place} className="flex flex-col justify-end overflow-hidden [overflow-anchor:none]">
      {numUnread > 0 && (
        <Loading label="Loading older messages">
          <Skeleton className="ml-auto h-11 w-1/2 rounded-2xl" />
          <Skeleton className="my-7 h-28 w-full rounded-2xl" />
        </Loading>
      )}
    </div>
  );
}

/** Room for the placeholder, whatever was guessed. */
const LEAST_PIXELS = 212;

/** As if the unread messages were as high as those that are there. */
function guessed(list: HTMLElement, numUnread: number): number {
  const numShown = Math.max(1, list.childElementCount);
  return Math.max(LEAST_PIXELS, Math.round((list.offsetHeight / numShown) * numUnread));
}
