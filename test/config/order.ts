import { defineConfig } from 'vitest/config';
import { common } from './common.ts';

/** A thousand sets of files a mode, in five orders each, on both queues: `npm run test:order`. */
export default defineConfig({
  // A test is a run of a thousand sets, which takes minutes.
  test: { ...common, include: ['test/e2e/modes/order/*.long.ts'], maxWorkers: 2, testTimeout: 1_800_000 },
});
