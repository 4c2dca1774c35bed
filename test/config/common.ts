import type { ViteUserConfig } from 'vitest/config';
import LongestFirst from '../support/longest-first.ts';

/** What all runs of tests have in common. */
export const common = {
  globalSetup: ['test/support/global.ts'],
  pool: 'forks',
  maxWorkers: 4,
  sequence: { sequencer: LongestFirst },
  // Real servers on a busy machine: in CI a test that fails is tried once more, and named if it then passes.
  retry: process.env.CI ? 1 : 0,
  // Nothing is gained by giving up early on a slow machine.
  testTimeout: 300_000,
  hookTimeout: 300_000,
  teardownTimeout: 30_000,
} satisfies ViteUserConfig['test'];
