// Copies a text and says for a moment that it did.
'use client';
import { useState } from 'react';
import { IconButton } from './button';
import { useToast } from './toast';

export function CopyButton({ textOf, label, className }: { textOf: () => string; label: string; className?: string }) {
  const say = useToast();
  const [isCopied, setIsCopied] = useState(false);

  async function copy() {
    try {
      await navigator.clipboard.writeText(textOf());
      setIsCopied(true);
      setTimeout(() => setIsCopied(false), 1500);
    } catch {
      say('The browser did not allow copying.', { isError: true });
    }
  }

  return <IconButton icon={isCopied ? 'check' : 'copy'} label={isCopied ? 'Copied' : label} onClick={() => void copy()} className={className} />;
}
