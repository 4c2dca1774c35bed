import { lake } from '../contests/c-lake.ts';
import { packageVersion } from '../processes/host.ts';
import type { Peer } from './peer.ts';

/** The other side of contest c, with the faster of the two queries for DuckDB. */
export const duckDb: Peer = {
  name: 'DuckDB, 2 threads',
  does: 'enriched, partitioned Parquet; no database',
  install: 'npm install',
  version: () => packageVersion('@duckdb/node-api'),
  rows: (arena) => arena.rows,
  run: async (arena) => {
    const sides = await lake.prepare(arena);
    return (await sides[sides.length - 1].run()).seconds;
  },
};
