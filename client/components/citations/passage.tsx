// The passage a quotation is from, with the quoted words marked.
'use client';
import { useEffect, useRef } from 'react';
import type { AnyCitation } from './context';

export function Passage({ citation }: { citation: AnyCitation }) {
  const frame = useRef<HTMLDivElement>(null);
  const mark = useRef<HTMLElement>(null);
  useEffect(() => {
    // Only the passage scrolls; what is said of it stays in sight.
    if (frame.current && mark.current) frame.current.scrollTop = mark.current.offsetTop - frame.current.clientHeight / 3;
  }, [citation.id]);
  const text = citation.__typename === 'Citation' ? citation.chunkText : citation.snippet;
  const [before, quoted, after] = partsOf(text, citation.span);
  return (
    <section aria-label="Passage">
      <h3 className="mb-1.5 text-xs font-semibold text-muted">The passage it is from</h3>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keys */}
      <div ref={frame} tabIndex={0} role="region" aria-label="Text of the passage" className="relative max-h-80 overflow-y-auto rounded-xl border border-line bg-sunken p-3.5 text-sm leading-relaxed whitespace-pre-wrap [overflow-wrap:anywhere]">
        {before}
        {quoted && (
          <mark ref={mark} className="rounded-sm bg-mark text-ink">
            {quoted}
          </mark>
        )}
        {after}
      </div>
    </section>
  );
}

/** The text before, in and after the span; spans count characters, not UTF-16 units. */
export function partsOf(text: string, span: { start: number; end: number } | null): [string, string, string] {
  if (!span) return [text, '', ''];
  const characters = Array.from(text);
  const cut = (from: number, to?: number) => characters.slice(from, to).join('');
  return [cut(0, span.start), cut(span.start, span.end), cut(span.end)];
}
