import { defineConfig } from 'vitest/config';
import { common } from './common.ts';

/** A process dies at each crash point; processes are stopped in the middle of each step: `npm run test:crash`. */
export default defineConfig({
  test: { ...common, include: ['test/crash/**/*.long.ts'], maxConcurrency: 100 },
});
