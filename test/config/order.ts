import { defineConfig, mergeConfig } from 'vitest/config';
import { common } from './common.ts';

/** A thousand sets of files a mode, in five orders each, on both queues: `npm run test:order`. */
export default mergeConfig(
  defineConfig({ test: common }),
  defineConfig({ test: { include: ['test/e2e/modes/order/*.long.ts'], maxWorkers: 2 } }),
);
