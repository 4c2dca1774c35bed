import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { common } from './common.ts';

/** Random tests, each played many times instead of a few: `npm run test:long`. */
process.env.LANDFALL_TEST_LONG = '1';
const playing = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .map((path) => join('test', path))
  .filter((path) => path.endsWith('.test.ts') && readFileSync(path, 'utf8').includes('support/long.ts'));
export default defineConfig({
  test: { ...common, include: playing, maxWorkers: 2, testTimeout: 1_800_000 },
});
