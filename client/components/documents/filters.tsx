// Chooses by status, with live counts, and by words of the name.
'use client';
import clsx from 'clsx';
import { Icon } from '@/components/ui/icons';
import { INPUT } from '@/components/ui/field';
import { useLive } from './live';
import { countOf, GROUPS, type Group } from './status';

interface FiltersProps {
  group: Group;
  onGroup: (group: Group) => void;
  search: string;
  onSearch: (search: string) => void;
}

export function Filters({ group: current, onGroup, search, onSearch }: FiltersProps) {
  const { counts } = useLive();
  return (
    <div className="mb-3 flex flex-wrap items-center gap-3">
      <div role="group" aria-label="Status" className="flex w-full gap-0.5 rounded-xl bg-sunken p-1 sm:w-auto">
        {GROUPS.map(({ group, label }) => (
          <button
            key={group}
            type="button"
            aria-pressed={group === current}
            onClick={() => onGroup(group)}
            className={clsx(
              'grow rounded-lg px-1.5 py-1 text-[0.8125rem] leading-snug font-medium whitespace-nowrap transition-colors sm:px-3 sm:leading-normal',
              group === current ? 'bg-raised text-ink shadow-sm' : 'text-muted hover:text-ink',
            )}
          >
            {label}
            <span className="block min-w-[1ch] tabular-nums opacity-80 sm:ml-1.5 sm:inline-block">{counts ? countOf(group, counts) : ''}</span>
          </button>
        ))}
      </div>
      <label className="relative min-w-40 flex-1">
        <span className="sr-only">Search by name</span>
        <Icon name="search" className="absolute top-1/2 left-3 -translate-y-1/2 text-muted" />
        <input type="search" value={search} onChange={(event) => onSearch(event.target.value)} placeholder="Search by name" className={clsx(INPUT, 'py-1.5 pl-9')} />
      </label>
    </div>
  );
}
