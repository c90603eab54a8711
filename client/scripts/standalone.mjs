// Completes Next's standalone output with what it leaves to a CDN: the static files and public/.
import { cp } from 'node:fs/promises';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const standalone = path.join(root, '.next/standalone');

await cp(path.join(root, '.next/static'), path.join(standalone, '.next/static'), { recursive: true });
await cp(path.join(root, 'public'), path.join(standalone, 'public'), { recursive: true });
