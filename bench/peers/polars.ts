import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTogether } from '../processes/children.ts';
import { packageVersion } from '../processes/host.ts';
import type { Peer } from './peer.ts';

const child = fileURLToPath(new URL('./polars-child.js', import.meta.url));

export const polars: Peer = {
  name: 'Polars (nodejs-polars)',
  does: 'the raw columns into one Parquet file; points stay text, no partitions, no database',
  install: 'npm install --no-save nodejs-polars',
  version: () => packageVersion('nodejs-polars'),
  rows: (arena) => arena.rows,
  run: async (arena, rows) => {
    const input = await arena.trips(rows);
    const out = join(arena.folder, 'polars.parquet');
    try {
      await arena.settle(input);
      const task = { path: input.path, out };
      const { seconds, answers } = await runTogether<object, { rows: number }>(child, [task]);
      if (answers[0].rows !== rows || !existsSync(out))
        throw new Error(`Polars read ${answers[0].rows} rows, not ${rows}`);
      return seconds;
    } finally {
      rmSync(out, { force: true });
    }
  },
};
