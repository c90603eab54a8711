// The uploads of the open project; they go on while its pages are changed.
'use client';
import { useApolloClient } from '@apollo/client/react';
import type { ApolloClient } from '@apollo/client';
import { createContext, useContext, useEffect, useState, useSyncExternalStore, type ReactNode } from 'react';
import { payloadOf } from '@/apollo/outcome';
import { ConfirmUploadDocument, ReplaceDocumentDocument, RequestUploadDocument, RequestUploadPartsDocument, type FileInput, type PartInput } from '@/gql/graphql';
import { useSession } from '@/components/session/session';
import { keyOf } from '@/lib/key';
import { hashFile } from '@/lib/upload/hash';
import { keep, keptOf, release } from '@/lib/upload/kept';
import { pause, sendParts, type PartSteps } from '@/lib/upload/parts';
import { putFile } from '@/lib/upload/put';
import { typeOf } from '@/lib/upload/readable';
import { Uploads, type Steps, type Ticket } from '@/lib/upload/uploads';

const Context = createContext<Uploads | null>(null);

export function UploadsProvider({ project, children }: { project: string; children: ReactNode }) {
  const client = useApolloClient();
  const session = useSession();
  const owner = session.status === 'signedIn' ? `${session.key} ${project}` : '';
  const [uploads] = useState(() => new Uploads(stepsOf(client, project, owner)));
  useEffect(() => {
    void keptOf(owner).then((kept) => uploads.restore(kept.map(({ key, file, replaces }) => ({ file, replaces, keptAs: key }))));
  }, [uploads, owner]);
  return <Context value={uploads}>{children}</Context>;
}

export function useUploads() {
  const uploads = useContext(Context);
  if (!uploads) throw new Error('useUploads is used outside of UploadsProvider');
  const list = useSyncExternalStore(uploads.subscribe, uploads.snapshot, uploads.snapshot);
  return { uploads, list };
}

function stepsOf(client: ApolloClient, project: string, owner: string): Steps {
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
        isInParts: ticket.partBytes !== null,
      };
    },
    putParts: (file, document, onProgress, signal) => sendParts(file, partStepsOf(client, document), onProgress, signal),
    async keep(file, replaces) {
      const key = keyOf();
      await keep({ key, owner, file, replaces });
      return key;
    },
    release,
    async confirm(document) {
      const { data } = await client.mutate({ mutation: ConfirmUploadDocument, variables: { document } });
      payloadOf(data?.confirmUpload);
    },
  };
}

function partStepsOf(client: ApolloClient, document: string): PartSteps {
  async function ask(parts: PartInput[]) {
    const { data } = await client.mutate({ mutation: RequestUploadPartsDocument, variables: { document, parts } });
    return payloadOf(data?.requestUploadParts);
  }
  return {
    hash: hashFile,
    put: putFile,
    pause,
    async plan() {
      const { partBytes, numParts, storedNumbers } = await ask([]);
      return { partBytes, numParts, stored: storedNumbers };
    },
    async sign(part) {
      const [signed] = (await ask([part])).parts;
      return signed ?? null;
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
