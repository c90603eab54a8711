// pdf.js, fetched when the first PDF is opened; its worker and data come from our own server.
import type { PDFDocumentLoadingTask } from 'pdfjs-dist';

const DATA = '/pdf/';

/** Begins to read a PDF from an address; the task's `destroy` ends its worker. */
export async function openPdf(url: string): Promise<PDFDocumentLoadingTask> {
  const { getDocument, GlobalWorkerOptions } = await import('pdfjs-dist');
  GlobalWorkerOptions.workerSrc = `${DATA}worker.mjs`;
  return getDocument({
    url,
    cMapUrl: `${DATA}cmaps/`,
    standardFontDataUrl: `${DATA}standard_fonts/`,
    wasmUrl: `${DATA}wasm/`,
    iccUrl: `${DATA}iccs/`,
    enableXfa: false,
  });
}
