// The chat of a project: all conversations beside the open one, and the source that is looked at beside that.
'use client';
import { useParams } from 'next/navigation';
import { useMemo, useState, type ReactNode } from 'react';
import { LookingContext, type AnyCitation } from '@/components/citations/context';
import { CitationPanel } from '@/components/citations/panel';
import { Conversation } from '@/components/messages/conversation';
import { useProjectId } from '@/components/projects/frame';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { ChatList } from './list';
import { NewChat } from './new';
import { Shortcuts } from './shortcuts';

/** The id of the open chat; null where a new one is begun. */
export function useChatId(): string | null {
  const [chat] = useParams<{ chat?: string[] }>().chat ?? [];
  return chat ? decodeURIComponent(chat) : null;
}

/** Stays while chats are changed. */
export function ChatFrame({ children }: { children: ReactNode }) {
  const project = useProjectId();
  const chat = useChatId();
  const [list, setList] = useState<'closed' | 'shown' | 'searched'>('closed');

  /** Where the list is hidden it is opened first; the dialog leads the focus to its field. */
  function toSearch() {
    const field = document.querySelector<HTMLElement>('aside input[type=search]');
    if (field?.checkVisibility()) field.focus();
    else setList('searched');
  }

  return (
    <div className="flex h-[calc(100dvh-3.5rem)] min-h-0">
      <aside aria-label="Chats" className="hidden w-64 shrink-0 flex-col border-r border-line bg-sunken/60 md:flex">
        <ChatList project={project} current={chat} />
        <Shortcuts base={`/projects/${encodeURIComponent(project)}/chat`} toSearch={toSearch} />
      </aside>
      <div className="flex min-w-0 flex-1 flex-col">
        <div className="border-b border-line px-3 py-1.5 md:hidden">
          <Button weight="quiet" icon="list" onClick={() => setList('shown')}>
            All chats
          </Button>
        </div>
        {children}
      </div>
      <Dialog isOpen={list !== 'closed'} onClose={() => setList('closed')} focus={list === 'searched' ? 'field' : 'dialog'} title="Chats">
        <ChatList project={project} current={chat} onChosen={() => setList('closed')} />
      </Dialog>
    </div>
  );
}

export function ChatPage() {
  const project = useProjectId();
  const chat = useChatId();
  const [citation, look] = useState<AnyCitation | null>(null);
  const looking = useMemo(() => ({ citation, look }), [citation]);
  return (
    <LookingContext value={looking}>
      <div className="flex min-h-0 flex-1">
        <main id="main" className="flex min-w-0 flex-1 flex-col">
          <h1 className="sr-only">Chat</h1>
          {chat ? <Conversation key={chat} chat={chat} /> : <NewChat project={project} />}
        </main>
        <CitationPanel />
      </div>
    </LookingContext>
  );
}
