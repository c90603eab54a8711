// Unit tests lie beside what they test.
import path from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { alias: { '@': path.resolve(import.meta.dirname) } },
  test: {
    include: ['{apollo,components,hooks,lib}/**/*.test.{ts,tsx}'],
    environment: 'happy-dom',
    isolate: false,
    fileParallelism: false,
    restoreMocks: true,
  },
});
