// A block of code that can be copied.
'use client';
import { useRef, type ReactNode } from 'react';
import { CopyButton } from '@/components/ui/copy-button';

export function CodeBlock({ children }: { children: ReactNode }) {
  const pre = useRef<HTMLPreElement>(null);
  return (
    <div className="group relative">
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keys */}
      <pre ref={pre} tabIndex={0} aria-label="Code">
        {children}
      </pre>
      <CopyButton textOf={() => pre.current?.innerText ?? ''} label="Copy code" className="absolute top-1.5 right-1.5 bg-sunken opacity-0 group-hover:opacity-100 focus-visible:opacity-100" />
    </div>
  );
}
