// The frame around everything of one project: its name, its parts, and the live state of its documents.
'use client';
import { useQuery } from '@apollo/client/react';
import clsx from 'clsx';
import Link from 'next/link';
import { useParams, usePathname } from 'next/navigation';
import type { ReactNode } from 'react';
import { sentenceOf } from '@/apollo/outcome';
import { ProjectLive } from '@/components/documents/live';
import { Header } from '@/components/shell/header';
import { Icon, type IconName } from '@/components/ui/icons';
import { Button } from '@/components/ui/button';
import { Empty } from '@/components/ui/states';
import { ProjectFrameDocument } from '@/gql/graphql';

export function useProjectId(): string {
  return decodeURIComponent(useParams<{ project: string }>().project);
}

const PARTS: { path: string; label: string; icon: IconName }[] = [
  { path: '', label: 'Knowledge', icon: 'file' },
  { path: '/chat', label: 'Chat', icon: 'chat' },
  { path: '/settings', label: 'Settings', icon: 'gear' },
];

export function ProjectFrame({ children }: { children: ReactNode }) {
  const id = useProjectId();
  const { data, error, refetch } = useQuery(ProjectFrameDocument, { variables: { id } });
  if (data && !data.project) {
    return (
      <>
        <Header />
        <main id="main">
          <Empty icon="folder" title="There is no such project" action={<Link href="/projects" className="font-medium text-accent underline underline-offset-4">Go to your projects</Link>}>
            It was deleted, or it belongs to somebody else.
          </Empty>
        </main>
      </>
    );
  }
  return (
    <div className="flex min-h-dvh flex-col">
      <Header>
        <Icon name="chevron" className={clsx('hidden size-4 text-muted', data && 'sm:block')} />
        <span className="truncate text-sm font-medium sm:max-w-56">{data?.project?.name}</span>
        <Parts base={`/projects/${encodeURIComponent(id)}`} />
      </Header>
      {error && !data ? (
        <main id="main">
          <Empty icon="warn" title="The project could not be opened" action={<Button icon="retry" onClick={() => void refetch()}>Try again</Button>}>
            {sentenceOf(error)}
          </Empty>
        </main>
      ) : (
        <ProjectLive project={id}>{children}</ProjectLive>
      )}
    </div>
  );
}

function Parts({ base }: { base: string }) {
  const path = usePathname();
  return (
    <nav aria-label="Project" className="ml-auto flex gap-0.5 sm:mx-auto">
      {PARTS.map(({ path: part, label, icon }) => {
        const isHere = part === '' ? path === base || path.startsWith(`${base}/documents`) : path.startsWith(base + part);
        return (
          <Link
            key={label}
            href={base + part}
            aria-current={isHere ? 'page' : undefined}
            aria-label={label}
            className={clsx(
              'flex h-9 items-center gap-2 rounded-lg px-2.5 text-sm font-medium transition-colors sm:px-3',
              isHere ? 'bg-accent-soft text-accent' : 'text-muted hover:bg-sunken hover:text-ink',
            )}
          >
            <Icon name={icon} />
            <span className="hidden md:inline">{label}</span>
          </Link>
        );
      })}
    </nav>
  );
}
