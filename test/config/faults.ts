import { defineConfig, mergeConfig } from 'vitest/config';
import common from '../../vitest.config.ts';

/** The exhaustive tests of frozen workers, of commands that are killed and of servers that go away: `npm run test:faults`. */
const { include: _, ...test } = common.test ?? {};
export default mergeConfig(
  defineConfig({ test }),
  // They wait more than they compute.
  defineConfig({ test: { include: ['test/{faults,fuzz}/**/*.long.ts'], maxWorkers: 4 } }),
);
