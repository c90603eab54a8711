// The places of words on a page, as marks over it.
'use client';
import { useEffect, useRef } from 'react';

export interface Box {
  page: number;
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

const percent = (part: number) => `${part * 100}%`;

export function Boxes({ boxes, page, isDrawn }: { boxes: readonly Box[]; page: number; isDrawn: boolean }) {
  const first = useRef<HTMLSpanElement>(null);
  const here = boxes.filter((box) => box.page === page);
  useEffect(() => {
    if (isDrawn) first.current?.scrollIntoView({ block: 'center', behavior: 'instant' });
  }, [isDrawn, page, boxes]);
  return here.map((box, index) => (
    <span
      key={index}
      ref={index === 0 ? first : undefined}
      data-testid="quoted"
      aria-hidden="true"
      className="absolute rounded-[2px] bg-[#ffd54a]/45 mix-blend-multiply ring-1 ring-[#c98a00]/60"
      style={{ left: percent(box.x0), top: percent(box.y0), width: percent(box.x1 - box.x0), height: percent(box.y1 - box.y0) }}
    />
  ));
}
