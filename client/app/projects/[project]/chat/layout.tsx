// The chats of a project beside the open one.
import type { ReactNode } from 'react';
import { ChatFrame } from '@/components/chats/chat-page';

export default function ChatLayout({ children }: { children: ReactNode }) {
  return <ChatFrame>{children}</ChatFrame>;
}
