/** Packed rows on the server: what they need of it, their counts, and what its planner knows of them. */
import type pg from 'pg';
import type { CompiledStar } from '../../../model/compiled.ts';
import { serverVersion } from '../../../platform/database/database.ts';
import { inTransaction } from '../../../platform/database/transaction.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { qualified } from '../ddl/sql-columns.ts';
import { inChunks } from '../facts/in-chunks.ts';
import { packedName } from './packed-columns.ts';

/** How many rows each of these chunks has. Chunks without any are left out. `table`: its name, without the schema. */
export async function packedByChunk(
  client: pg.Pool | pg.ClientBase,
  star: CompiledStar,
  chunkIds: readonly number[],
  table = packedName(star.fact),
): Promise<ReadonlyMap<number, number>> {
  const { rows } = await client.query<{ chunk_id: number; facts: number }>(
    `select chunk_id, sum(_rows)::float8 as facts from ${qualified(star.schema, table)}
     where ${inChunks(chunkIds)} group by 1`,
  );
  return new Map(rows.map(({ chunk_id, facts }) => [chunk_id, facts]));
}

/** The first version that casts bytea to numbers. */
const versionNeeded = 18;

/** Throws LF_LAYOUT_SERVER. */
export async function refuseOldServer(pool: pg.Pool, dataset: string): Promise<void> {
  const { major, version } = await serverVersion(pool);
  if (major < versionNeeded) throw new LandfallError('LF_LAYOUT_SERVER', { dataset, version });
}

/**
 * Has the server sample the tuples if it has not seen most of them: without that it does not know that few groups come of
 * many rows, and plans no parallel query. Throws the server's error, among others if another session has the lock.
 */
export async function samplePacked(pool: pg.Pool, star: CompiledStar): Promise<void> {
  const table = qualified(star.schema, packedName(star.fact));
  const { rows } = await pool.query<{ due: boolean }>(
    `select reltuples < 0 or pg_relation_size(oid) > 2 * relpages::bigint * current_setting('block_size')::int as due
     from pg_class where oid = to_regclass($1)`,
    [table],
  );
  if (!rows[0]?.due) return;
  await inTransaction(pool, async (client) => {
    await client.query(`set local lock_timeout = '100ms'`);
    await client.query(`analyze ${table}`);
  });
}
