// Scroll that follows a growing text only while the reader is at its end.
'use client';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

const NEAR_PIXELS = 48;

/** For a scrolling frame and what is in it; `isAtEnd` is false once the reader has scrolled away. */
export function useStickToBottom() {
  const frame = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const sticks = useRef(true);
  const [isAtEnd, setIsAtEnd] = useState(true);

  const toEnd = useCallback((behavior: ScrollBehavior = 'auto') => {
    sticks.current = true;
    setIsAtEnd(true);
    const isStill = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    frame.current?.scrollTo({ top: frame.current.scrollHeight, behavior: isStill ? 'auto' : behavior });
  }, []);

  useLayoutEffect(() => {
    if (frame.current) frame.current.scrollTop = frame.current.scrollHeight;
  }, []);

  useEffect(() => {
    const [outer, inner] = [frame.current, content.current];
    if (!outer || !inner) return;
    let lastTop = outer.scrollTop;
    const onScroll = () => {
      const distance = outer.scrollHeight - outer.scrollTop - outer.clientHeight;
      // Only a move upwards lets go: text that grows faster than it is followed must not.
      if (distance < NEAR_PIXELS) sticks.current = true;
      else if (outer.scrollTop < lastTop) sticks.current = false;
      lastTop = outer.scrollTop;
      setIsAtEnd(sticks.current || distance < NEAR_PIXELS);
    };
    const sizes = new ResizeObserver(() => {
      if (sticks.current) outer.scrollTop = outer.scrollHeight;
    });
    outer.addEventListener('scroll', onScroll, { passive: true });
    sizes.observe(inner);
    sizes.observe(outer);
    return () => {
      outer.removeEventListener('scroll', onScroll);
      sizes.disconnect();
    };
  }, []);

  return { frame, content, isAtEnd, toEnd };
}
