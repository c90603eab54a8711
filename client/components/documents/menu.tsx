// What can be done with one document.
'use client';
import { useState } from 'react';
import { sentenceOf } from '@/apollo/outcome';
import { IconButton } from '@/components/ui/button';
import { Menu, MenuItem, MenuRule } from '@/components/ui/menu';
import { useToast } from '@/components/ui/toast';
import type { DocumentRowFragment } from '@/gql/graphql';
import { useDocumentActions } from './actions';
import { DeleteDocuments } from './delete';
import { canRetry, isWorking } from './status';

interface DocumentMenuProps {
  project: string;
  document: DocumentRowFragment;
  onDeleted?: () => void;
}

export function DocumentMenu({ project, document, onDeleted }: DocumentMenuProps) {
  const say = useToast();
  const [isDeleting, setIsDeleting] = useState(false);
  const { retry, cancel } = useDocumentActions(project);
  const run = (work: Promise<void>) => void work.catch((error: unknown) => say(sentenceOf(error), { isError: true }));
  return (
    <>
      <Menu trigger={<IconButton icon="dots" label={`Actions for ${document.name}`} />}>
        {canRetry(document.status) && <MenuItem icon="retry" onSelect={() => run(retry(document.id))}>Try again</MenuItem>}
        {isWorking(document.status) && <MenuItem icon="pause" onSelect={() => run(cancel(document.id))}>Cancel</MenuItem>}
        {(canRetry(document.status) || isWorking(document.status)) && <MenuRule />}
        <MenuItem icon="trash" isDanger onSelect={() => setIsDeleting(true)}>Delete</MenuItem>
      </Menu>
      <DeleteDocuments project={project} documents={[document]} isOpen={isDeleting} onClose={() => setIsDeleting(false)} onDeleted={onDeleted} />
    </>
  );
}
