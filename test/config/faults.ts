import { defineConfig } from 'vitest/config';
import { common } from './common.ts';

/** The exhaustive tests of frozen workers, of commands that are killed and of servers that go away: `npm run test:faults`. */
export default defineConfig({
  // They wait more than they compute.
  test: { ...common, include: ['test/{faults,fuzz}/**/*.long.ts'], maxWorkers: 6 },
});
