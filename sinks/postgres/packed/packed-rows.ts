/** Counts packed rows. */
import type pg from 'pg';
import type { CompiledStar } from '../../../model/compiled.ts';
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
