// Draws the rows in sight of a long list; the page scrolls, and rows may open.
'use client';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useEffectEvent, useLayoutEffect, useRef, useState } from 'react';
import { DocumentRow } from './row';
import type { Listed } from './use-documents';

interface VirtualRowsProps {
  project: string;
  documents: Listed[];
  selected: ReadonlySet<string>;
  onToggle: (id: string) => void;
  /** Called when the last rows come into sight. */
  onEnd: () => void;
}

const ROW_PIXELS = 62;

export function VirtualRows({ project, documents, selected, onToggle, onEnd }: VirtualRowsProps) {
  const frame = useRef<HTMLUListElement>(null);
  const [offset, setOffset] = useState(0);
  const [opened, setOpened] = useState<string | null>(null);
  useLayoutEffect(() => {
    setOffset((frame.current?.getBoundingClientRect().top ?? 0) + window.scrollY);
  }, [documents.length]);
  const rows = useWindowVirtualizer({
    count: documents.length,
    estimateSize: () => ROW_PIXELS,
    overscan: 8,
    scrollMargin: offset,
    getItemKey: (index) => documents[index]?.id ?? index,
  });
  const shown = rows.getVirtualItems();
  const last = shown.at(-1)?.index ?? -1;
  const reachEnd = useEffectEvent(onEnd);
  useEffect(() => {
    if (last >= documents.length - 10) reachEnd();
  }, [last, documents.length]);

  return (
    <ul ref={frame} className="relative" style={{ height: rows.getTotalSize() }}>
      {shown.map(({ index, key, start }) => {
        const document = documents[index];
        if (!document) return null;
        return (
          <li
            key={key}
            ref={rows.measureElement}
            data-index={index}
            aria-setsize={documents.length}
            aria-posinset={index + 1}
            className="absolute inset-x-0 top-0 pb-1.5"
            style={{ transform: `translateY(${start - offset}px)` }}
          >
            <DocumentRow
              project={project}
              document={document}
              isSelected={selected.has(document.id)}
              onToggle={() => onToggle(document.id)}
              isOpen={opened === document.id}
              onOpen={() => setOpened((now) => (now === document.id ? null : document.id))}
            />
          </li>
        );
      })}
    </ul>
  );
}
