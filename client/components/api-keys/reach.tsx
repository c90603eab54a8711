// Which projects a key reaches: all, later ones too, or those that are named.
'use client';
import { useQuery } from '@apollo/client/react';
import { useEffect, useState } from 'react';
import { sentenceOf } from '@/apollo/outcome';
import { INPUT } from '@/components/ui/field';
import { Notice, Skeleton } from '@/components/ui/states';
import { ProjectNamesDocument } from '@/gql/graphql';
import { Checks } from './checks';

interface ReachProps {
  /** Null: all projects. */
  chosen: string[] | null;
  onChange: (chosen: string[] | null) => void;
  error: string | null;
}

const FILTERED_FROM = 8;

export function Reach({ chosen, onChange, error }: ReachProps) {
  return (
    <fieldset>
      <legend className="mb-1 text-sm font-medium">Projects</legend>
      <div className="space-y-1.5 text-sm">
        <label className="flex gap-2.5">
          <input type="radio" name="reach" checked={chosen === null} onChange={() => onChange(null)} className="mt-0.5 size-4 accent-accent" />
          All of yours, later ones too
        </label>
        <label className="flex gap-2.5">
          <input type="radio" name="reach" checked={chosen !== null} onChange={() => onChange([])} className="mt-0.5 size-4 accent-accent" />
          Only these; all others read as not found
        </label>
      </div>
      {chosen && <Named chosen={chosen} onChange={onChange} error={error} />}
    </fieldset>
  );
}

function Named({ chosen, onChange, error }: ReachProps & { chosen: string[] }) {
  const { data, error: failure, fetchMore, refetch } = useQuery(ProjectNamesDocument, { fetchPolicy: 'cache-and-network' });
  const [search, setSearch] = useState('');
  const list = data?.projects;
  const after = list?.pageInfo.hasNextPage ? list.pageInfo.endCursor : null;
  useEffect(() => {
    if (after !== null) void fetchMore({ variables: { after } });
  }, [after, fetchMore]);
  if (failure && !list) return <Notice className="mt-2" onRetry={() => void refetch()}>{sentenceOf(failure)}</Notice>;
  if (!list) return <Skeleton className="mt-2 h-16" />;
  const wanted = search.trim().toLowerCase();
  const options = list.edges
    .map(({ node }) => ({ value: node.id, label: node.name }))
    .filter(({ value, label }) => chosen.includes(value) || label.toLowerCase().includes(wanted));
  return (
    <div className="mt-2 ml-6.5 space-y-2">
      {list.edges.length > FILTERED_FROM && (
        <input type="search" aria-label="Search projects" placeholder="Search projects" value={search} onChange={(event) => setSearch(event.target.value)} className={`${INPUT} py-1.5`} />
      )}
      <div className="max-h-40 overflow-y-auto p-1">
        {list.edges.length === 0 ? (
          <p className="text-sm text-muted">You have no project yet.</p>
        ) : (
          <Checks legend="Which projects" isLegendHidden options={options} chosen={chosen} onChange={onChange} error={error} />
        )}
      </div>
    </div>
  );
}
