// An opened PDF, for as long as somebody looks at it.
'use client';
import type { PDFDocumentLoadingTask, PDFDocumentProxy } from 'pdfjs-dist';
import { useEffect, useState } from 'react';
import { openPdf } from '@/lib/pdf';

interface Opened {
  url: string;
  pdf: PDFDocumentProxy | null;
  error: string | null;
}

export function usePdf(url: string): Omit<Opened, 'url'> {
  const [opened, setOpened] = useState<Opened>({ url, pdf: null, error: null });
  useEffect(() => {
    let isWanted = true;
    let task: PDFDocumentLoadingTask | null = null;
    openPdf(url)
      .then((begun) => {
        task = begun;
        if (!isWanted) void begun.destroy();
        return begun.promise;
      })
      .then(
        (pdf) => isWanted && setOpened({ url, pdf, error: null }),
        () => isWanted && setOpened({ url, pdf: null, error: 'The PDF could not be shown. Its address may have run out; open the source again.' }),
      );
    return () => {
      isWanted = false;
      void task?.destroy();
    };
  }, [url]);
  // What belongs to another address is not shown under this one.
  return opened.url === url ? opened : { pdf: null, error: null };
}
