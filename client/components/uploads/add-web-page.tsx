// Adds pages of the web by their addresses, one a line or separated by spaces.
'use client';
import { useMutation } from '@apollo/client/react';
import { useState, type FormEvent } from 'react';
import { payloadOf } from '@/apollo/outcome';
import { put } from '@/components/documents/cache';
import { Button } from '@/components/ui/button';
import { INPUT } from '@/components/ui/field';
import { useToast } from '@/components/ui/toast';
import { AddWebPageDocument } from '@/gql/graphql';
import { useSubmit } from '@/hooks/use-submit';
import { count } from '@/lib/format';

/** The addresses in a pasted text; what has no scheme gets https. */
export function addressesIn(text: string): string[] {
  const words = text.split(/\s+/).filter(Boolean);
  return [...new Set(words.map((word) => (/^https?:\/\//i.test(word) ? word : `https://${word}`)))];
}

export function AddWebPage({ project }: { project: string }) {
  const say = useToast();
  const [text, setText] = useState('');
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
    <form onSubmit={send} className="mt-4 border-t border-line pt-4" noValidate>
      <div className="flex gap-2">
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
          className={INPUT}
        />
        <Button type="submit" icon="link" isBusy={isBusy} disabled={text.trim() === ''} className="h-auto">
          Add
        </Button>
      </div>
      {problem && (
        <p id="add-web-page-error" role="alert" className="mt-1.5 text-sm text-danger">
          {problem.message}
        </p>
      )}
    </form>
  );
}
