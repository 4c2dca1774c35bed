import { defineConfig } from 'vitest/config';
import { common } from './test/config/common.ts';

/** Tests that neither open anything nor change what they share: they import their modules once in a process. */
const pure = ['test/model/**/*.test.ts', 'test/kernel/**/*.test.ts', 'test/sinks/lake/**/*.test.ts'];
/** Whole sites that load, correct and take back: half of the time of all tests. */
const whole = ['test/e2e/**/*.test.ts'];
const all = ['test/**/*.test.ts'];
const { globalSetup, maxWorkers, sequence, ...each } = common;

export default defineConfig({
  test: {
    ...{ globalSetup, maxWorkers, sequence },
    projects: [
      { test: { ...each, name: 'pure', include: pure, isolate: false } },
      { test: { ...each, name: 'real', include: all, exclude: [...pure, ...whole] } },
      { test: { ...each, name: 'e2e', include: whole } },
    ],
  },
});
