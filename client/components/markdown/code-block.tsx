// A block of code: its language, its colours once they are here, and the way to copy it.
'use client';
import { useMemo, type ReactNode } from 'react';
import { CopyButton } from '@/components/ui/copy-button';
import { useLazy } from '@/lib/lazy';
import { COLOURS } from '@/lib/markdown/colours';

/** Longer code stays plain: colouring it would be felt. */
const MOST_CHARACTERS = 20_000;

export function CodeBlock({ text, language }: { text: string; language: string | null }) {
  const { loaded } = useLazy(COLOURS, language !== null);
  const coloured = useMemo(() => {
    if (!loaded || !language || text.length > MOST_CHARACTERS || !loaded.registered(language)) return text;
    return drawn(loaded.highlight(language, text).children as Token[]);
  }, [loaded, language, text]);
  return (
    <div className="code-block">
      <div className="flex h-9 items-center justify-between border-b border-line pr-1 pl-4 text-xs text-muted">
        <span>{language ?? 'Code'}</span>
        <CopyButton textOf={() => text} label="Copy code" className="size-7" />
      </div>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keys */}
      <pre tabIndex={0} aria-label={language ? `Code in ${language}` : 'Code'}>
        <code>{coloured}</code>
      </pre>
    </div>
  );
}

interface Token {
  type: string;
  value?: string;
  properties?: { className?: string[] };
  children?: Token[];
}

function drawn(tokens: readonly Token[]): ReactNode[] {
  return tokens.map(({ type, value, properties, children = [] }, index) =>
    type === 'text' ? value : (
      <span key={index} className={properties?.className?.join(' ')}>
        {drawn(children)}
      </span>
    ),
  );
}
