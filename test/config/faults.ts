import { defineConfig, mergeConfig } from 'vitest/config';
import { common } from './common.ts';

/** The exhaustive tests of frozen workers, of commands that are killed and of servers that go away: `npm run test:faults`. */
export default mergeConfig(
  defineConfig({ test: common }),
  // They wait more than they compute.
  defineConfig({ test: { include: ['test/{faults,fuzz}/**/*.long.ts'], maxWorkers: 4 } }),
);
