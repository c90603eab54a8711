// Adds a part of a web site: the pages below an address, found by their links.
'use client';
import { useMutation } from '@apollo/client/react';
import { useState, type FormEvent } from 'react';
import { payloadOf } from '@/apollo/outcome';
import { Button } from '@/components/ui/button';
import { DialogActions } from '@/components/ui/dialog';
import { TextField } from '@/components/ui/field';
import { Notice } from '@/components/ui/states';
import { useToast } from '@/components/ui/toast';
import { AddWebSiteDocument, CrawlsDocument } from '@/gql/graphql';
import { useSubmit } from '@/hooks/use-submit';
import { addressesIn } from './addresses';

export function AddWebSite({ project, address, onClose }: { project: string; address: string; onClose: () => void }) {
  const say = useToast();
  const [url, setUrl] = useState(address);
  const [pathPrefix, setPathPrefix] = useState('');
  const [maxDepth, setMaxDepth] = useState(2);
  const [maxPages, setMaxPages] = useState(50);
  const [add] = useMutation(AddWebSiteDocument, { refetchQueries: [CrawlsDocument] });
  const { submit, isBusy, problem } = useSubmit(async () => {
    const [first = ''] = addressesIn(url);
    const input = { projectId: project, url: first, pathPrefix: pathPrefix.trim() || null, maxDepth, maxPages };
    payloadOf((await add({ variables: { input } })).data?.addWebSite);
    say('Its pages are added as they are found.');
    onClose();
  });

  function send(event: FormEvent) {
    event.preventDefault();
    void submit();
  }

  const errorOf = (field: string) => (problem?.field === field ? problem.message : null);
  const isTold = ['url', 'pathPrefix', 'maxDepth', 'maxPages'].includes(problem?.field ?? '');
  return (
    <form onSubmit={send} className="space-y-4" noValidate>
      <TextField label="Address of the first page" inputMode="url" value={url} onChange={(event) => setUrl(event.target.value)} error={errorOf('url')} />
      <TextField label="Only below this path" placeholder="The first page’s folder" value={pathPrefix} onChange={(event) => setPathPrefix(event.target.value)} error={errorOf('pathPrefix')} help="Like /docs. Pages of other hosts are never visited." />
      <div className="grid grid-cols-2 gap-4">
        <TextField label="Links deep" type="number" min={0} value={maxDepth} onChange={(event) => setMaxDepth(event.target.valueAsNumber || 0)} error={errorOf('maxDepth')} />
        <TextField label="Pages at most" type="number" min={1} value={maxPages} onChange={(event) => setMaxPages(event.target.valueAsNumber || 0)} error={errorOf('maxPages')} />
      </div>
      {problem && !isTold && <Notice>{problem.message}</Notice>}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" weight="primary" icon="link" isBusy={isBusy} disabled={url.trim() === ''}>
          Add the pages
        </Button>
      </DialogActions>
    </form>
  );
}
