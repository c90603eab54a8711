// All documents of a project, newest first: filtered, selected, and only those drawn that are in sight.
'use client';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Empty, Loading, Notice, Skeleton } from '@/components/ui/states';
import { useUploads } from '@/components/uploads/context';
import { BulkBar } from './bulk';
import { Filters } from './filters';
import { useLive } from './live';
import type { Group } from './status';
import { useDocuments } from './use-documents';
import { VirtualRows } from './virtual-rows';

export function DocumentList({ project }: { project: string }) {
  const [group, setGroup] = useState<Group>('all');
  const [search, setSearch] = useState('');
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const { error: liveError } = useLive();
  const { list: uploads } = useUploads();
  const { found, totalCount, error, isLoading, isWhole, refetch, loadMore } = useDocuments(project, group, search);
  const chosen = found.filter(({ id }) => selected.has(id));

  function toggle(id: string) {
    setSelected((now) => {
      const next = new Set(now);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  }

  if (error && totalCount === null) return <Notice onRetry={refetch}>{error}</Notice>;
  if (totalCount === null) return <Placeholders />;
  if (totalCount === 0) return uploads.length > 0 ? null : <Nothing />;
  return (
    <section aria-label="Documents">
      {liveError && <Notice tone="warn" className="mb-3">Live updates stopped: {liveError}</Notice>}
      {error && <Notice onRetry={refetch} className="mb-3">{error}</Notice>}
      <Filters group={group} onGroup={setGroup} search={search} onSearch={setSearch} />
      <BulkBar
        project={project}
        shown={found}
        isWhole={isWhole}
        chosen={chosen}
        onSelect={(documents) => setSelected(new Set(documents.map(({ id }) => id)))}
      />
      <VirtualRows project={project} documents={found} selected={selected} onToggle={toggle} onEnd={loadMore} />
      {found.length === 0 && isWhole && <NoMatch onClear={() => { setGroup('all'); setSearch(''); }} />}
      {isLoading && <Loading label="Loading more documents"><Skeleton className="mt-2 h-14" /></Loading>}
    </section>
  );
}

function Nothing() {
  return (
    <Empty icon="file" title="Nothing to read yet">
      Add the documents that questions are to be answered from. They stay in this project.
    </Empty>
  );
}

function NoMatch({ onClear }: { onClear: () => void }) {
  return (
    <Empty icon="search" title="No document matches" action={<Button onClick={onClear}>Show all</Button>}>
      Try another word or another status.
    </Empty>
  );
}

function Placeholders() {
  return (
    <Loading label="Loading the documents">
      <Skeleton className="mb-4 h-9 w-72" />
      {[0, 1, 2, 3].map((index) => (
        <Skeleton key={index} className="mb-2 h-14" />
      ))}
    </Loading>
  );
}
