// One message: a question as it was asked, or an answer with its proof.
'use client';
import type { FragmentType } from '@apollo/client';
import { useFragment } from '@apollo/client/react';
import { memo } from 'react';
import { MessagePartsFragmentDoc, type MessagePartsFragment } from '@/gql/graphql';
import { Answer } from './answer';

export const Message = memo(function Message({ message: from }: { message: FragmentType<MessagePartsFragment> }) {
  const { data: message, complete } = useFragment({ fragment: MessagePartsFragmentDoc, fragmentName: 'MessageParts', from });
  if (!complete) return null;
  if (message.role === 'ASSISTANT') return <Answer message={message} />;
  return (
    <div className="flex justify-end">
      <h2 className="sr-only">You asked</h2>
      <div className="max-w-[85%] rounded-2xl rounded-br-md bg-bubble px-4 py-2.5 whitespace-pre-wrap [overflow-wrap:anywhere]">{message.content}</div>
    </div>
  );
});
