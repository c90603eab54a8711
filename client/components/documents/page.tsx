// One document: its file as far as browsers draw it, and what the work on it found.
'use client';
import { useFragment, useQuery } from '@apollo/client/react';
import type { FragmentType } from '@apollo/client';
import Link from 'next/link';
import { useParams, useRouter } from 'next/navigation';
import { sentenceOf } from '@/apollo/outcome';
import { useProjectId } from '@/components/projects/frame';
import { Icon } from '@/components/ui/icons';
import { Empty, Loading, Notice, Skeleton } from '@/components/ui/states';
import { DocumentPageDocument, DocumentRowFragmentDoc, type DocumentRowFragment } from '@/gql/graphql';
import { bytes } from '@/lib/format';
import { FoundDocument } from './found';
import { DocumentMenu } from './menu';
import { statusText } from './status';

export function DocumentPage() {
  const project = useProjectId();
  const id = decodeURIComponent(useParams<{ document: string }>().document);
  // The file's address runs out after some minutes: it is asked for anew with each visit.
  const { data, error, refetch } = useQuery(DocumentPageDocument, { variables: { document: id }, fetchPolicy: 'network-only', nextFetchPolicy: 'cache-first' });
  const back = `/projects/${encodeURIComponent(project)}`;
  const document = data?.document;
  return (
    <main id="main" className="mx-auto w-full max-w-6xl px-4 py-5 sm:px-6">
      <Link href={back} className="mb-3 inline-flex items-center gap-1.5 rounded-md pr-2 text-sm text-muted hover:text-ink">
        <Icon name="back" className="size-4" /> All documents
      </Link>
      {error && <Notice onRetry={() => void refetch()}>{sentenceOf(error)}</Notice>}
      {!data && !error && (
        <Loading label="Loading the document">
          <Skeleton className="h-9 w-80" />
          <Skeleton className="mt-5 h-[70dvh]" />
        </Loading>
      )}
      {data && !document && (
        <Empty icon="file" title="There is no such document">
          It was deleted, or it belongs to somebody else.
        </Empty>
      )}
      {document && <Found project={project} document={document} url={document.url} back={back} />}
    </main>
  );
}

interface FoundProps {
  project: string;
  document: FragmentType<DocumentRowFragment>;
  url: string | null;
  back: string;
}

function Found({ project, document: from, url, back }: FoundProps) {
  const router = useRouter();
  const { data: document, complete } = useFragment({ fragment: DocumentRowFragmentDoc, fragmentName: 'DocumentRow', from });
  if (!complete) return null;
  return (
    <>
      <div className="mb-5 flex flex-wrap items-start gap-2">
        <div className="min-w-0 flex-[1_1_14rem]">
          <h1 className="text-xl font-semibold tracking-tight wrap-anywhere">{document.name}</h1>
          <p className="text-sm text-muted">
            {statusText(document)} · {bytes(document.sizeBytes)}
          </p>
        </div>
        {url && (
          <a href={url} target="_blank" rel="noopener noreferrer" className="inline-flex h-9 items-center gap-2 rounded-lg border border-line bg-surface px-3.5 text-sm font-medium hover:bg-sunken">
            <Icon name="file" /> Open the file
          </a>
        )}
        <DocumentMenu project={project} document={document} onDeleted={() => router.replace(back)} />
      </div>
      {document.failure && <Notice className="mb-5">{document.failure.message}</Notice>}
      <FoundDocument document={document} url={url} />
    </>
  );
}
