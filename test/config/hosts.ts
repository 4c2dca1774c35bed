import { defineConfig } from 'vitest/config';
import { common } from './common.ts';

/** Hosts as network namespaces, of which some are killed, frozen and cut off: `npm run test:hosts`. */
export default defineConfig({
  test: { ...common, include: ['test/hosts/**/*.long.ts'], testTimeout: 600_000 },
});
