/**
 * What workers have added up of a file's chunks, for the transaction that ends the file, and for the one that undoes it. A
 * rollup takes it if every chunk has it: a worker that did not know the rollup, or another version of it, leaves none.
 *
 *   (chunk committed) ─▶ added at the file's end ─▶ kept: groups, and values that are counted ─▶ taken off by its undo
 *                                                └▶ forgotten: values that are kept by chunk, or not at all
 */
import type pg from 'pg';
import type { RollupValues } from '../../../model/compiled-rollup.ts';
import type { Relation } from '../events/event-contract.ts';
import { addedUp } from '../rollups/change-state.ts';
import { deltaTable, valuesDelta } from '../rollups/delta-tables.ts';
import { isExtreme } from '../rollups/piece-values.ts';
import type { StoredRollup } from '../rollups/state-tables.ts';
import { partialArrays, partialGroups, partialTables, partialValues } from './partial-tables.ts';

/**
 * Puts what the chunks add to the rollup into the tables of its delta, or with the sign -1 what they have added. False if
 * a chunk's is missing: nothing is put there then. `kept`: the values that the rollup counts.
 */
export async function gatherPartials(
  client: pg.ClientBase,
  stored: StoredRollup,
  {
    kept,
    chunkIds,
    sign,
  }: { readonly kept: readonly RollupValues[]; readonly chunkIds: readonly number[]; readonly sign: 1 | -1 },
): Promise<boolean> {
  const [groups, ...values] = partialTables(stored);
  if (groups === undefined) return false;
  const { rows } = await client.query<{ chunks: number }>(
    `select count(distinct chunk_id)::float8 as chunks from ${groups.sql} where chunk_id = any ($1)`,
    [chunkIds],
  );
  if (rows[0].chunks !== new Set(chunkIds).size) return false;
  const sums = addedUp(stored, `(${partialGroups(groups.sql, stored.rollup, sign)}) g`);
  await client.query(`insert into ${deltaTable} ${sums}`, [chunkIds]);
  for (const one of kept) {
    const { sql } = values.find(({ values: id }) => id === one.id)!;
    const partials = partialValues(sql, stored.rollup, one, sign);
    await client.query(`insert into ${valuesDelta(one)} ${partials}`, [chunkIds]);
  }
  return true;
}

/**
 * The values of groups and chunks, for rollups that keep them by chunk. Call it where `gatherPartials` returned true.
 * `files`: that of each chunk.
 */
export function partialPieces(
  stored: StoredRollup,
  values: RollupValues,
  chunkIds: readonly number[],
  files: readonly number[],
): Relation {
  const { sql } = partialTables(stored).find(({ values: id }) => id === values.id)!;
  const numbers = isExtreme(stored.rollup, values) ? [chunkIds, files] : [chunkIds];
  return { sql: partialArrays(sql, stored.rollup, values), values: numbers };
}

/**
 * Removes what workers have added up of chunks. `counted`: after it was added to the rollup, which counts these values; an
 * undo needs their tables and that of the groups. Null: the chunks are gone, or their facts were read.
 */
export async function forgetPartials(
  client: pg.ClientBase,
  stored: StoredRollup,
  chunkIds: readonly number[],
  counted: readonly RollupValues[] | null = null,
): Promise<void> {
  if (chunkIds.length === 0) return;
  for (const { values, sql } of partialTables(stored)) {
    const isNeeded = values === null || counted?.some(({ id }) => id === values);
    if (counted !== null && isNeeded) continue;
    await client.query(`delete from ${sql} where chunk_id = any ($1)`, [chunkIds]);
  }
}
