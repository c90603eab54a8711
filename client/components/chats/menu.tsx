// What can be done with one chat.
'use client';
import { useApolloClient, useMutation } from '@apollo/client/react';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { payloadOf, sentenceOf } from '@/apollo/outcome';
import { Button, IconButton } from '@/components/ui/button';
import { Dialog, DialogActions } from '@/components/ui/dialog';
import { Menu, MenuItem, MenuRule } from '@/components/ui/menu';
import { RenameForm } from '@/components/ui/rename-form';
import { Notice } from '@/components/ui/states';
import { useToast } from '@/components/ui/toast';
import { DeleteChatDocument, ExportChatDocument, RenameChatDocument, type ExportFormat } from '@/gql/graphql';
import { useSubmit } from '@/hooks/use-submit';
import { download } from '@/lib/download';
import { count } from '@/lib/format';
import { dropChat } from './cache';

interface ChatMenuProps {
  project: string;
  chat: { id: string; title: string; updatedAt: string };
  isCurrent: boolean;
}

export function ChatMenu({ project, chat, isCurrent }: ChatMenuProps) {
  const [dialog, setDialog] = useState<'rename' | 'delete' | null>(null);
  const client = useApolloClient();
  const say = useToast();
  const close = () => setDialog(null);

  async function exported(format: ExportFormat) {
    const { data } = await client.query({ query: ExportChatDocument, variables: { chat: chat.id, format }, fetchPolicy: 'no-cache' });
    download(payloadOf(data?.exportChat));
  }
  const keep = (format: ExportFormat) => void exported(format).catch((error: unknown) => say(sentenceOf(error), { isError: true }));

  return (
    <>
      <Menu trigger={<IconButton icon="dots" label={`Actions for ${chat.title}`} className="size-8 shrink-0 opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 data-[state=open]:opacity-100 max-md:opacity-100" />}>
        <MenuItem icon="pencil" onSelect={() => setDialog('rename')}>Rename</MenuItem>
        <MenuItem icon="file" onSelect={() => keep('MARKDOWN')}>Export as Markdown</MenuItem>
        <MenuItem icon="file" onSelect={() => keep('JSON')}>Export as JSON</MenuItem>
        <MenuRule />
        <MenuItem icon="trash" isDanger onSelect={() => setDialog('delete')}>Delete</MenuItem>
      </Menu>
      <Dialog isOpen={dialog === 'rename'} onClose={close} title="Rename chat">
        <Rename chat={chat} onClose={close} />
      </Dialog>
      <Dialog isOpen={dialog === 'delete'} onClose={close} title={`Delete “${chat.title}”?`} description="This cannot be undone.">
        <Delete project={project} chat={chat} isCurrent={isCurrent} onClose={close} />
      </Dialog>
    </>
  );
}

function Rename({ chat, onClose }: { chat: ChatMenuProps['chat']; onClose: () => void }) {
  const [send] = useMutation(RenameChatDocument);

  async function rename(title: string) {
    const renamed = { ...chat, title, __typename: 'Chat' as const };
    const { data } = await send({
      variables: { chat: chat.id, title },
      optimisticResponse: { renameChat: { __typename: 'ChatPayload', chat: renamed } },
    });
    payloadOf(data?.renameChat);
  }

  return <RenameForm label="Title" value={chat.title} maxLength={200} onClose={onClose} rename={rename} />;
}

function Delete({ project, chat, isCurrent, onClose }: ChatMenuProps & { onClose: () => void }) {
  const router = useRouter();
  const say = useToast();
  const [remove] = useMutation(DeleteChatDocument, {
    variables: { chat: chat.id },
    update(cache, { data }) {
      if (data?.deleteChat.__typename === 'DeletePayload') dropChat(cache, project, chat.id);
    },
  });
  const { submit, isBusy, problem } = useSubmit(async () => {
    const { receipt } = payloadOf((await remove()).data?.deleteChat);
    say(`Deleted the chat with ${count(receipt.numMessages, 'message')}.`);
    onClose();
    if (isCurrent) router.replace(`/projects/${encodeURIComponent(project)}/chat`);
  });
  return (
    <>
      <p>All its questions and answers go. Documents stay.</p>
      {problem && <Notice className="mt-4">{problem.message}</Notice>}
      <DialogActions>
        <Button onClick={onClose}>Keep it</Button>
        <Button weight="danger" icon="trash" isBusy={isBusy} onClick={() => void submit()}>
          Delete
        </Button>
      </DialogActions>
    </>
  );
}
