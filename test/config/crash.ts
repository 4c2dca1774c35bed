import { defineConfig, mergeConfig } from 'vitest/config';
import { common } from './common.ts';

/** A process dies at each crash point; processes are stopped in the middle of each step: `npm run test:crash`. */
export default mergeConfig(
  defineConfig({ test: common }),
  defineConfig({ test: { include: ['test/crash/**/*.long.ts'], maxConcurrency: 100 } }),
);
