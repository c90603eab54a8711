// Lays pdf.js's worker and the data it reads at run time into public/, so that they come from us.
import { cp, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const source = path.dirname(fileURLToPath(import.meta.resolve('pdfjs-dist/package.json')));
const target = path.resolve(import.meta.dirname, '../public/pdf');

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
await cp(path.join(source, 'build/pdf.worker.min.mjs'), path.join(target, 'worker.mjs'));
for (const folder of ['cmaps', 'standard_fonts', 'wasm', 'iccs']) {
  await cp(path.join(source, folder), path.join(target, folder), { recursive: true });
}
