// Unit tests lie beside what they test.
import path from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { alias: { '@': path.resolve(import.meta.dirname) } },
  test: {
    // A busy machine is slow, and no test says how long anything may take.
    testTimeout: 60_000,
    include: ['{apollo,components,hooks,lib}/**/*.test.{ts,tsx}'],
    environment: 'happy-dom',
    isolate: false,
    fileParallelism: false,
    restoreMocks: true,
  },
});
