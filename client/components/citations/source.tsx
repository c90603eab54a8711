// The cited page itself, where it is one that a browser can draw.
'use client';
import { useQuery } from '@apollo/client/react';
import dynamic from 'next/dynamic';
import { sentenceOf } from '@/apollo/outcome';
import { Boxes } from '@/components/pdf/boxes';
import { Notice, Skeleton } from '@/components/ui/states';
import { DocumentFileDocument, type CitationPartsFragment } from '@/gql/graphql';

const PdfViewer = dynamic(() => import('@/components/pdf/viewer').then((module) => module.PdfViewer), {
  ssr: false,
  loading: () => <Skeleton className="aspect-[1/1.414] w-full" />,
});

/** Null for what browsers do not draw: its passage says it all. */
export function CitedPage({ citation }: { citation: CitationPartsFragment }) {
  const { document } = citation;
  if (!document || !isDrawable(document.contentType)) return null;
  return <Drawn key={citation.id} citation={citation} document={document} />;
}

const isDrawable = (contentType: string) => contentType === 'application/pdf' || /^image\/(png|jpeg|webp|gif)$/.test(contentType);

function Drawn({ citation, document }: { citation: CitationPartsFragment; document: NonNullable<CitationPartsFragment['document']> }) {
  // The address runs out after some minutes, so each look gets its own.
  const { data, error } = useQuery(DocumentFileDocument, { variables: { document: document.id }, fetchPolicy: 'no-cache' });
  if (error) return <Notice tone="warn">{sentenceOf(error)}</Notice>;
  if (!data) return <Skeleton className="aspect-[1/1.414] w-full" />;
  const url = data.document?.url;
  if (!url) return null;
  if (document.contentType === 'application/pdf') {
    return <PdfViewer url={url} name={citation.documentName} at={citation.boxes[0]?.page ?? citation.page ?? 1} boxes={citation.boxes} />;
  }
  return (
    <div className="relative overflow-hidden rounded-lg border border-line bg-white">
      <img src={url} alt={citation.documentName} className="block w-full" />
      <Boxes boxes={citation.boxes} page={1} isDrawn />
    </div>
  );
}
