/** Ctrl-C while a file is loaded. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { generateTrips } from '../../../datasets/trips/generate.ts';
import { type TestDatabase, tempFolder, testDatabase } from '../../support/index.ts';
import { landfall, main } from '../run.ts';

const rows = 120_000;
let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

it('ends with one line, and the same command loads each row once', async () => {
  const cwd = tempFolder();
  writeFileSync(join(cwd, 'a.csv'), Buffer.concat([...generateTrips({ rows, seed: 5 })]));
  const args = ['ingest', 'a.csv', '--dataset', 'trips', '--workers', '1', '--chunk-bytes', '1500000'];
  const env = { DATABASE_URL: database.url, LANDFALL_DATASETS: 'example:trips', LANDFALL_LOG_FORMAT: 'text' };
  const child = spawn(process.execPath, [main, ...args], {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let told = '';
  const ended = once(child, 'close');
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (part) => {
      told += part;
    });
    child.stderr.setEncoding('utf8').on('data', (part) => {
      said += part;
      if (/a\.csv .* [1-9]\d* %/.test(said)) resolve();
    });
    child.on('close', () => resolve());
  });
  child.kill('SIGINT');
  expect((await ended)[0]).toBe(130);
  expect(told).toBe('');
  expect(said.trimEnd().split('\n').at(-1)).toBe(
    'Stopped. trips/a.csv is not loaded. Run the same command again: it takes out what was, and begins again.',
  );
  const again = await landfall(args, { cwd, env });
  expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('120,000 loaded')]);
  const { rows: counted } = await database.pool.query('select count(*)::int as n from star.fact_trip');
  expect(counted[0].n).toBe(rows);
});
