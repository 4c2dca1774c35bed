import { defineConfig, mergeConfig } from 'vitest/config';
import common from '../../vitest.config.ts';

/** A process dies at each crash point; processes are stopped in the middle of each step: `npm run test:crash`. */
const { include: _, ...test } = common.test ?? {};
export default mergeConfig(
  defineConfig({ test }),
  defineConfig({ test: { include: ['test/crash/**/*.long.ts'], maxConcurrency: 100 } }),
);
