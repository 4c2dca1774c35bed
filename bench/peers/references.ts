/** Landfall and the bare COPY as peers, so that the list of peers is complete. */

import { said } from '../processes/host.ts';
import { tripsFlatCopy, tripsPipeline } from '../sides/trips-sides.ts';
import type { Peer } from './peer.ts';

export const landfallPeer: Peer = {
  name: 'landfall ingest',
  does: 'typed, enriched, partitioned Parquet + star schema + ledger',
  install: 'npm run build',
  version: () => process.env.npm_package_version ?? 'this one',
  rows: (arena) => arena.rows,
  run: async (arena) => (await (await tripsPipeline(arena)).run()).seconds,
};

export const psqlCopy: Peer = {
  name: 'psql \\copy',
  does: 'the file as it is into one flat table of text',
  install: 'apt-get install postgresql-client',
  version: () => said('psql', ['--version']),
  rows: (arena) => arena.rows,
  run: async (arena) => (await (await tripsFlatCopy(arena)).run()).seconds,
};
