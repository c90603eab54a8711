// A PDF, page by page, opened where something is quoted.
'use client';
import { useState } from 'react';
import { IconButton } from '@/components/ui/button';
import { Notice, Skeleton } from '@/components/ui/states';
import type { Box } from './boxes';
import { PdfPage } from './page';
import { usePdf } from './use-pdf';

interface PdfViewerProps {
  url: string;
  name: string;
  /** The page that is shown first, from 1, and again when other boxes are marked. */
  at: number;
  boxes: readonly Box[];
}

export function PdfViewer({ url, name, at, boxes }: PdfViewerProps) {
  const { pdf, error } = usePdf(url);
  const [page, setPage] = useState(at);
  const [marked, setMarked] = useState(boxes);
  // Other words are marked: their page is turned to.
  if (marked !== boxes) {
    setMarked(boxes);
    setPage(at);
  }
  if (error) return <Notice tone="warn">{error}</Notice>;
  if (!pdf) return <Skeleton className="aspect-[1/1.414] w-full" />;
  const quoted = boxes.some((box) => box.page === page);
  return (
    <section aria-label="Page">
      <div className="mb-1.5 flex items-center gap-1 text-[0.8125rem] text-muted">
        <h3 className="flex-1 text-xs font-semibold" aria-live="polite">
          Page {page} of {pdf.numPages}
        </h3>
        {page !== at && (
          <button type="button" onClick={() => setPage(at)} className="rounded-md px-1.5 font-medium text-accent underline underline-offset-4">
            Back to page {at}
          </button>
        )}
        <IconButton icon="back" label="Page before" disabled={page <= 1} onClick={() => setPage(page - 1)} className="size-7" />
        <IconButton icon="chevron" label="Next page" disabled={page >= pdf.numPages} onClick={() => setPage(page + 1)} className="size-7" />
      </div>
      <PdfPage pdf={pdf} page={page} boxes={boxes} label={`Page ${page} of ${name}${quoted ? ', the quoted words marked' : ''}`} />
    </section>
  );
}
