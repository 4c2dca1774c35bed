import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTogether } from '../processes/children.ts';
import { packageVersion } from '../processes/host.ts';
import { withClient } from '../sides/arena.ts';
import { mustAgree, sumsOfStar } from '../sides/trip-sums.ts';
import type { Peer } from './peer.ts';

const child = fileURLToPath(new URL('./node-script-child.js', import.meta.url));

/** Enough rows for the start-up not to matter. All rows would take most of an hour. */
const sampleRows = 50_000;

export const nodeScript: Peer = {
  name: 'Node script: csv-parse + parquetjs-lite + INSERT',
  does: 'the obvious script: typed, enriched, one Parquet file, fact rows by INSERT of 1,000',
  install: 'npm install --no-save csv-parse',
  version: () => packageVersion('csv-parse'),
  rows: (arena) => Math.min(arena.rows, sampleRows),
  run: async (arena, rows) => {
    const input = await arena.trips(rows);
    const out = join(arena.folder, 'script.parquet');
    try {
      await arena.emptyDatabase();
      await arena.settle(input);
      const task = { path: input.path, out, databaseUrl: arena.databaseUrl };
      const { seconds } = await runTogether(child, [task]);
      mustAgree('the script', await withClient(arena.databaseUrl, sumsOfStar), await arena.tripSums(input));
      return seconds;
    } finally {
      rmSync(out, { force: true });
      await arena.emptyDatabase();
    }
  },
};
