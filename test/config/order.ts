import { defineConfig } from 'vitest/config';
import { common } from './common.ts';

/** A thousand sets of files a mode, in five orders each, on both queues: `npm run test:order`. */
export default defineConfig({
  test: { ...common, include: ['test/e2e/modes/order/*.long.ts'], maxWorkers: 2 },
});
