// The uploads of the open project; they go on while its pages are changed.
'use client';
import { useApolloClient } from '@apollo/client/react';
import type { ApolloClient } from '@apollo/client';
import { createContext, useContext, useState, useSyncExternalStore, type ReactNode } from 'react';
import { payloadOf } from '@/apollo/outcome';
import { ConfirmUploadDocument, ReplaceDocumentDocument, RequestUploadDocument, type FileInput } from '@/gql/graphql';
import { hashFile } from '@/lib/upload/hash';
import { putFile } from '@/lib/upload/put';
import { Uploads, type Steps, type Ticket } from '@/lib/upload/uploads';

export const ACCEPT = '.pdf,.docx,.doc,.html,.htm,.md,.markdown,.txt,.csv,.xlsx,.pptx,.epub,.png,.jpg,.jpeg,.tif,.tiff,.webp';

const Context = createContext<Uploads | null>(null);

export function UploadsProvider({ project, children }: { project: string; children: ReactNode }) {
  const client = useApolloClient();
  const [uploads] = useState(() => new Uploads(stepsOf(client, project)));
  return <Context value={uploads}>{children}</Context>;
}

export function useUploads() {
  const uploads = useContext(Context);
  if (!uploads) throw new Error('useUploads is used outside of UploadsProvider');
  const list = useSyncExternalStore(uploads.subscribe, uploads.snapshot, uploads.snapshot);
  return { uploads, list };
}

function stepsOf(client: ApolloClient, project: string): Steps {
  return {
    hash: hashFile,
    put: putFile,
    async request(file, sha256, replaces): Promise<Ticket> {
      const described = { name: file.name, contentType: typeOf(file), size: file.size, sha256 };
      const ticket = await (replaces === null ? leaveToAdd(client, project, described) : leaveToReplace(client, replaces, described));
      if (!ticket) throw new Error('The server gave no leave to upload this file.');
      return {
        documentId: ticket.document.id,
        duplicateOf: ticket.duplicateOf?.id ?? null,
        put: ticket.url ? { url: ticket.url, headers: ticket.headers } : null,
      };
    },
    async confirm(document) {
      const { data } = await client.mutate({ mutation: ConfirmUploadDocument, variables: { document } });
      payloadOf(data?.confirmUpload);
    },
  };
}

async function leaveToAdd(client: ApolloClient, project: string, file: FileInput) {
  const { data } = await client.mutate({ mutation: RequestUploadDocument, variables: { project, file } });
  return payloadOf(data?.requestUploads).tickets[0];
}

async function leaveToReplace(client: ApolloClient, document: string, file: FileInput) {
  const { data } = await client.mutate({ mutation: ReplaceDocumentDocument, variables: { document, file } });
  return payloadOf(data?.replaceDocument).ticket;
}

// Some systems know no type for these; the server checks the bytes in any case.
const TYPES: Record<string, string> = {
  md: 'text/markdown',
  markdown: 'text/markdown',
  txt: 'text/plain',
  csv: 'text/csv',
  epub: 'application/epub+zip',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  doc: 'application/msword',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
};

export function typeOf(file: File): string {
  const ending = file.name.split('.').pop()?.toLowerCase() ?? '';
  return TYPES[ending] ?? (file.type || 'application/octet-stream');
}
