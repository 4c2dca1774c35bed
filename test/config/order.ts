import { defineConfig, mergeConfig } from 'vitest/config';
import common from '../../vitest.config.ts';

/** A thousand sets of files a mode, in five orders each, on both queues: `npm run test:order`. */
const { include: _, ...test } = common.test ?? {};
export default mergeConfig(
  defineConfig({ test }),
  defineConfig({ test: { include: ['test/e2e/modes/order/*.long.ts'], maxWorkers: 2 } }),
);
