// One project in the list: its name, what is in it, and what can be done with it.
'use client';
import { useFragment } from '@apollo/client/react';
import type { FragmentType } from '@apollo/client';
import Link from 'next/link';
import { useState } from 'react';
import { IconButton } from '@/components/ui/button';
import { Menu, MenuItem } from '@/components/ui/menu';
import { ProjectCardFragmentDoc, type ProjectCardFragment } from '@/gql/graphql';
import { ago, count } from '@/lib/format';
import { DeleteProject } from './delete';
import { RenameProject } from './rename';

export function ProjectCard({ project: from }: { project: FragmentType<ProjectCardFragment> }) {
  const { data: project, complete } = useFragment({ fragment: ProjectCardFragmentDoc, fragmentName: 'ProjectCard', from });
  const [dialog, setDialog] = useState<'rename' | 'delete' | null>(null);
  if (!complete) return null;
  const close = () => setDialog(null);
  return (
    <article className="group relative h-full rounded-2xl border border-line bg-surface p-4 transition-colors focus-within:border-accent hover:border-line-strong">
      <div className="flex items-start justify-between gap-2">
        <h2 className="min-w-0 font-semibold break-words">
          <Link prefetch={false} href={`/projects/${encodeURIComponent(project.id)}`} className="after:absolute after:inset-0 after:rounded-2xl focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-accent">
            {project.name}
          </Link>
        </h2>
        <Menu trigger={<IconButton icon="dots" label={`Actions for ${project.name}`} className="relative z-10 -mt-1.5 -mr-1.5 shrink-0" />}>
          <MenuItem icon="pencil" onSelect={() => setDialog('rename')}>Rename</MenuItem>
          <MenuItem icon="trash" isDanger onSelect={() => setDialog('delete')}>Delete</MenuItem>
        </Menu>
      </div>
      <p className="mt-0.5 line-clamp-2 min-h-6 text-sm text-muted">{project.description}</p>
      <p className="mt-4 text-[0.8125rem] text-muted">
        {count(project.documents.totalCount, 'document')} · {count(project.chats.totalCount, 'chat')} · {ago(project.updatedAt)}
      </p>
      <RenameProject project={project} isOpen={dialog === 'rename'} onClose={close} />
      <DeleteProject project={project} isOpen={dialog === 'delete'} onClose={close} />
    </article>
  );
}
