// Markdown that may still grow: whole blocks are drawn once, only the last one again. HTML in it is never markup.
'use client';
import { isValidElement, memo, type ReactNode } from 'react';
import ReactMarkdown, { type Components, type Options } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { CitationMark } from '@/components/citations/mark';
import { useLazy } from '@/lib/lazy';
import { blocksOf } from '@/lib/markdown/blocks';
import { hasFormula, remarkFormulas, withDollars } from '@/lib/markdown/formulas';
import { mended } from '@/lib/markdown/growing';
import { remarkMarkers, seenBefore } from '@/lib/markdown/markers';
import { MATHS } from '@/lib/markdown/maths';
import { remarkUnsupported, spansWithin, type Span } from '@/lib/markdown/unsupported';
import { CodeBlock } from './code-block';
import { Formula } from './formula';

interface MarkdownProps {
  text: string;
  isGrowing?: boolean;
  /** Which characters have no source. */
  unsupported?: readonly Span[];
}

const NONE: readonly Span[] = [];

export function Markdown({ text, isGrowing = false, unsupported = NONE }: MarkdownProps) {
  const blocks = blocksOf(text);
  const before = seenBefore(blocks);
  const spans = spansWithin(text, blocks, unsupported);
  return (
    <div className="prose-answer">
      {blocks.map((block, index) => (
        // A block's place is its identity: text only ever grows at its end.
        <Block key={index} before={before[index] ?? '{}'} spans={spans[index] ?? '[]'} text={isGrowing && index === blocks.length - 1 ? mended(block) : block} />
      ))}
    </div>
  );
}

const Block = memo(function Block({ text, before, spans }: { text: string; before: string; spans: string }) {
  const isWanted = hasFormula(text);
  const { loaded: maths, hasFailed } = useLazy(MATHS, isWanted);
  // The source of a formula is not shown only to be replaced a moment later.
  if (isWanted && !maths && !hasFailed) return <p className="invisible whitespace-pre-wrap">{text}</p>;
  const remark: NonNullable<Options['remarkPlugins']> = [remarkGfm, [remarkUnsupported, { spans }], [remarkMarkers, { before }]];
  if (maths) remark.push(maths.remarkMath, [remarkFormulas, { source: text }]);
  return (
    <ReactMarkdown remarkPlugins={remark} components={COMPONENTS} skipHtml>
      {maths ? withDollars(text) : text}
    </ReactMarkdown>
  );
});

/** The code of a `pre`: its text without the last line's end, and the language its fence names. */
function codeOf(children: ReactNode): { text: string; language: string | null } {
  const { children: text, className } = isValidElement<{ children?: ReactNode; className?: string }>(children) ? children.props : { children, className: '' };
  return { text: String(text ?? '').replace(/\n$/, ''), language: /language-(\S+)/.exec(className ?? '')?.[1] ?? null };
}

const COMPONENTS = {
  a: ({ href, children }) => (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  ),
  // A picture of somebody else's would tell them who reads: it is named, not loaded.
  img: ({ alt }) => <span className="text-muted">[image{alt ? `: ${alt}` : ''}]</span>,
  table: ({ children }) => (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keys
    <div role="region" aria-label="Table" tabIndex={0} className="table-frame">
      <table>{children}</table>
    </div>
  ),
  pre: ({ children }) => <CodeBlock {...codeOf(children)} />,
  'tex-formula': ({ tex, display }: { tex?: string; display?: boolean }) => <Formula tex={tex ?? ''} isDisplay={display ?? false} />,
  'unsupported-words': ({ children }: { children?: ReactNode }) => (
    <span className="underline decoration-warn decoration-dotted decoration-2 underline-offset-4" title="No source holds this">
      {children}
    </span>
  ),
  'citation-mark': ({ marker, nth }: { marker?: number; nth?: number }) => <CitationMark marker={Number(marker)} nth={Number(nth)} />,
} as Components;
