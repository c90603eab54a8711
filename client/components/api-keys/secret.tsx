// A new key's text, this once: to be copied before the dialog is left.
'use client';
import { useId } from 'react';
import { useConfig } from '@/components/shell/config-context';
import { Button } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { DialogActions } from '@/components/ui/dialog';
import { INPUT } from '@/components/ui/field';
import { Notice } from '@/components/ui/states';

export function NewSecret({ secret, onDone }: { secret: string; onDone: () => void }) {
  const { apiUrl } = useConfig();
  const id = useId();
  const example = `curl ${apiUrl}/graphql \\\n  -H 'Authorization: Bearer ${secret}' \\\n  -H 'Content-Type: application/json' \\\n  -d '{"query": "{ viewer { id } }"}'`;
  return (
    <div className="space-y-4">
      <Notice tone="warn">Copy it now and keep it safe. It is shown this once; nobody can read it again.</Notice>
      <div>
        <label htmlFor={id} className="mb-1 block text-sm font-medium">The key</label>
        <div className="flex items-center gap-1">
          <input id={id} readOnly value={secret} onFocus={(event) => event.target.select()} className={`${INPUT} font-mono text-[0.8125rem]`} />
          <CopyButton textOf={() => secret} label="Copy the key" />
        </div>
      </div>
      <div>
        <div className="mb-1 flex items-center justify-between">
          <p className="text-sm font-medium">Try it</p>
          <CopyButton textOf={() => example} label="Copy the command" className="-my-2" />
        </div>
        {/* Scrolled by keys as well. */}
        {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
        <pre tabIndex={0} className="overflow-x-auto rounded-lg bg-sunken p-3 font-mono text-xs leading-relaxed">{example.replace(secret, `${secret.slice(0, 12)}…`)}</pre>
      </div>
      <DialogActions>
        <Button weight="primary" onClick={onDone}>I have kept it</Button>
      </DialogActions>
    </div>
  );
}
