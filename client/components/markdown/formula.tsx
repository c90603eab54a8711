// One formula, drawn before it is seen.
'use client';
import { useLayoutEffect, useRef } from 'react';
import { useLazy } from '@/lib/lazy';
import { MATHS } from '@/lib/markdown/maths';

export function Formula({ tex, isDisplay }: { tex: string; isDisplay: boolean }) {
  const place = useRef<HTMLSpanElement>(null);
  const { loaded } = useLazy(MATHS, true);
  useLayoutEffect(() => {
    if (loaded && place.current) loaded.draw(tex, place.current, isDisplay);
  }, [loaded, tex, isDisplay]);
  return <span ref={place} className={isDisplay ? 'formula-display' : undefined} />;
}
