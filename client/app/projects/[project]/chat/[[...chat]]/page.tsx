// One chat, or the beginning of a new one.
import type { Metadata } from 'next';
import { ChatPage } from '@/components/chats/chat-page';

export const metadata: Metadata = { title: 'Chat' };

export default function Page() {
  return <ChatPage />;
}
