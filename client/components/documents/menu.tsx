// What can be done with one document.
'use client';
import { useState } from 'react';
import { sentenceOf } from '@/apollo/outcome';
import { IconButton } from '@/components/ui/button';
import { Menu, MenuItem, MenuRule } from '@/components/ui/menu';
import { useToast } from '@/components/ui/toast';
import { useUploads } from '@/components/uploads/context';
import type { DocumentRowFragment } from '@/gql/graphql';
import { pickFile } from '@/lib/upload/pick';
import { ACCEPT } from '@/lib/upload/readable';
import { useDocumentActions } from './actions';
import { DeleteDocuments } from './delete';
import { RenameDocument } from './rename';
import { canRetry, isWorking } from './status';

interface DocumentMenuProps {
  project: string;
  document: DocumentRowFragment;
  onDeleted?: () => void;
}

export function DocumentMenu({ project, document, onDeleted }: DocumentMenuProps) {
  const say = useToast();
  const { uploads } = useUploads();
  const [dialog, setDialog] = useState<'rename' | 'delete' | null>(null);
  const { retry, cancel, reingest, refresh, rename } = useDocumentActions(project);
  const close = () => setDialog(null);
  const { id, status, source } = document;
  const run = (work: Promise<void>) => void work.catch((error: unknown) => say(sentenceOf(error), { isError: true }));

  async function replace() {
    const file = await pickFile(ACCEPT);
    if (!file) return;
    uploads.add([file], id);
    say(`Until “${file.name}” is read, answers come from the file as it was.`);
  }

  return (
    <>
      <Menu trigger={<IconButton icon="dots" label={`Actions for ${document.name}`} />}>
        {canRetry(status) && <MenuItem icon="retry" onSelect={() => run(retry(id))}>Try again</MenuItem>}
        {isWorking(status) && <MenuItem icon="pause" onSelect={() => run(cancel(id))}>Cancel</MenuItem>}
        {status === 'COMPLETED' && <MenuItem icon="retry" onSelect={() => run(reingest(id))}>Read again</MenuItem>}
        {source === 'WEB_PAGE' && !isWorking(status) && <MenuItem icon="link" onSelect={() => run(refresh(id))}>Fetch again</MenuItem>}
        {source !== 'WEB_PAGE' && !isWorking(status) && <MenuItem icon="upload" onSelect={() => void replace()}>Replace the file…</MenuItem>}
        <MenuItem icon="pencil" onSelect={() => setDialog('rename')}>Rename</MenuItem>
        <MenuRule />
        <MenuItem icon="trash" isDanger onSelect={() => setDialog('delete')}>Delete</MenuItem>
      </Menu>
      <RenameDocument document={document} isOpen={dialog === 'rename'} onClose={close} rename={rename} />
      <DeleteDocuments project={project} documents={[document]} isOpen={dialog === 'delete'} onClose={close} onDeleted={onDeleted} />
    </>
  );
}
