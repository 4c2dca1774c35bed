import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { said } from '../processes/host.ts';
import { runProcess } from '../processes/process-run.ts';
import { withClient } from '../sides/arena.ts';
import { createFlatTable } from '../sides/flat-copy.ts';
import { tripColumns } from '../sides/trips-sides.ts';
import type { Peer } from './peer.ts';

/** The most rows for pgloader: at 20,000 rows per second, a million takes most of a minute. */
const rowsMost = 1_000_000;

export const pgloader: Peer = {
  name: 'pgloader',
  does: 'the file as it is into one flat table of text',
  install: 'apt-get install pgloader',
  version: () => said('pgloader', ['--version']),
  rows: (arena) => Math.min(arena.rows, rowsMost),
  run: async (arena, rows) => {
    const input = await arena.trips(rows);
    const script = join(arena.folder, 'trips.load');
    const url = new URL(arena.databaseUrl);
    url.search = 'tablename=flat_copy';
    writeFileSync(
      script,
      `load csv from '${input.path}' (${tripColumns.join(', ')}) into ${url.href} (${tripColumns.join(', ')})
       with skip header = 1, fields optionally enclosed by '"', fields terminated by ',';\n`,
    );
    return withClient(arena.databaseUrl, async (client) => {
      try {
        await createFlatTable(client, tripColumns);
        await arena.settle(input);
        const { seconds } = await runProcess('pgloader', ['--quiet', script]);
        const { rows: counted } = await client.query('select count(*)::int as n from flat_copy');
        if (counted[0].n !== rows) throw new Error(`pgloader loaded ${counted[0].n} rows, not ${rows}`);
        return seconds;
      } finally {
        await client.query('drop table if exists flat_copy');
        rmSync(script, { force: true });
      }
    });
  },
};
