// Adds pages of the web by their addresses, one a line or separated by spaces.
'use client';
import { useMutation } from '@apollo/client/react';
import clsx from 'clsx';
import { useState, type FormEvent } from 'react';
import { payloadOf } from '@/apollo/outcome';
import { put } from '@/components/documents/cache';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { INPUT } from '@/components/ui/field';
import { useToast } from '@/components/ui/toast';
import { AddWebPageDocument } from '@/gql/graphql';
import { useSubmit } from '@/hooks/use-submit';
import { count } from '@/lib/format';
import { AddWebSite } from './add-web-site';
import { addressesIn } from './addresses';

export function AddWebPage({ project }: { project: string }) {
  const say = useToast();
  const [text, setText] = useState('');
  const [isSite, setIsSite] = useState(false);
  const [add] = useMutation(AddWebPageDocument);
  const { submit, isBusy, problem, clear } = useSubmit(async () => {
    const addresses = addressesIn(text);
    for (const [index, url] of addresses.entries()) {
      setText(addresses.slice(index).join(' '));
      const { data } = await add({
        variables: { project, url },
        update(cache, { data: answer }) {
          if (answer?.addWebPage.__typename === 'DocumentPayload') put(cache, project, answer.addWebPage.document.id);
        },
      });
      payloadOf(data?.addWebPage);
    }
    setText('');
    say(`Added ${count(addresses.length, 'web page')}.`);
  });

  function send(event: FormEvent) {
    event.preventDefault();
    if (text.trim()) void submit();
  }

  return (
    <>
      <form onSubmit={send} className="mt-4 border-t border-line pt-4" noValidate>
        <div className="flex flex-wrap gap-2">
          <input
            type="text"
            inputMode="url"
            autoCapitalize="none"
            spellCheck={false}
            aria-label="Address of a web page"
            aria-invalid={problem ? true : undefined}
            aria-describedby={problem ? 'add-web-page-error' : undefined}
            placeholder="Or paste the address of a web page"
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              clear();
            }}
            onPaste={(event) => {
              // A field of one line would join the lines of a list.
              const pasted = event.clipboardData.getData('text');
              if (!pasted.includes('\n')) return;
              event.preventDefault();
              setText((now) => `${now} ${addressesIn(pasted).join(' ')}`.trim());
              clear();
            }}
            className={clsx(INPUT, 'sm:flex-1')}
          />
          <Button type="submit" icon="link" isBusy={isBusy} disabled={text.trim() === ''} className="sm:h-auto">
            Add
          </Button>
          <Button onClick={() => setIsSite(true)} className="sm:h-auto">
            Add a site…
          </Button>
        </div>
        {problem && (
          <p id="add-web-page-error" role="alert" className="mt-1.5 text-sm text-danger">
            {problem.message}
          </p>
        )}
      </form>
      <Dialog isOpen={isSite} onClose={() => setIsSite(false)} title="Add a web site" description="The pages below an address, found by their links; each becomes a document.">
        <AddWebSite project={project} address={text.trim()} onClose={() => setIsSite(false)} />
      </Dialog>
    </>
  );
}
