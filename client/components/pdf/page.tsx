// One page of a PDF, as wide as its place, with the quoted words marked.
'use client';
import type { PDFDocumentProxy } from 'pdfjs-dist';
import { useEffect, useRef, useState } from 'react';
import { Skeleton } from '@/components/ui/states';
import { Boxes, type Box } from './boxes';

interface PdfPageProps {
  pdf: PDFDocumentProxy;
  page: number;
  boxes: readonly Box[];
  label: string;
}

const A4 = 1.414;

export function PdfPage({ pdf, page, boxes, label }: PdfPageProps) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [drawn, setDrawn] = useState<{ page: number; ratio: number } | null>(null);
  useEffect(() => {
    const [outer, target] = [frame.current, canvas.current];
    if (!outer || !target) return;
    let isWanted = true;
    let cancel = () => {};
    void (async () => {
      const sheet = await pdf.getPage(page);
      if (!isWanted) return;
      const size = sheet.getViewport({ scale: 1 });
      const density = Math.min(window.devicePixelRatio || 1, 2);
      const viewport = sheet.getViewport({ scale: (outer.clientWidth / size.width) * density });
      target.width = Math.round(viewport.width);
      target.height = Math.round(viewport.height);
      const task = sheet.render({ canvas: target, viewport });
      cancel = () => task.cancel();
      await task.promise;
      if (isWanted) setDrawn({ page, ratio: size.height / size.width });
    })().catch(() => {});
    return () => {
      isWanted = false;
      cancel();
    };
  }, [pdf, page]);
  const isDrawn = drawn?.page === page;
  return (
    <div ref={frame} className="relative overflow-hidden rounded-lg border border-line bg-white" style={{ aspectRatio: `1 / ${drawn?.ratio ?? A4}` }}>
      <canvas ref={canvas} role="img" aria-label={label} className="block size-full" />
      {isDrawn ? <Boxes boxes={boxes} page={page} isDrawn={isDrawn} /> : <Skeleton className="absolute inset-0 rounded-none" />}
    </div>
  );
}
