/**
 * Gives members the attributes that the rows of done files give them, in the transaction in which files end or are
 * undone. Only members that those files name are looked at.
 *
 * Observations (copy-observed.ts) are there as soon as a chunk commits. Until its file is done nobody is shown them:
 * chunks of unended files are left out. Whoever settles the members of a table holds its advisory lock until the
 * transaction ends, so two files that end at once see each other's rows one after the other.
 */
import type { ClientBase } from 'pg';
import { unendedChunks } from '../../../../ledger/tables/chunks.ts';
import type { ChangingDimension, CompiledStar } from '../../../../model/compiled.ts';
import { isChanging, observedTable } from '../../ddl/dimension-ddl.ts';
import { qualified } from '../../ddl/sql-columns.ts';
import { tableExists } from '../../ddl/table-exists.ts';
import { inChunks } from '../../facts/in-chunks.ts';
import { settleHistory } from './settle-history.ts';
import { settleLatest } from './settle-latest.ts';
import type { SettledTable } from './settled-table.ts';

/** The first key of the advisory locks of dimension tables. The second is a hash of the table's name. */
const memberLock = 0x1a4df418;

/** The tables of the star's dimensions whose attributes follow the rows, each once, in the order of their locks. */
function changingTables(star: CompiledStar): ChangingDimension[] {
  const tables = new Map(star.dimensions.filter(isChanging).map((dimension) => [dimension.table, dimension]));
  return [...tables.values()].sort((a, b) => (a.table < b.table ? -1 : 1));
}

/** Call it in the transaction in which files of these chunks become done. */
export async function applyMembers(
  client: ClientBase,
  star: CompiledStar,
  chunkIds: readonly number[],
): Promise<void> {
  const ending = new Set(chunkIds);
  await settle(client, star, chunkIds, (unended) => unended.filter((chunkId) => !ending.has(chunkId)));
}

/** Call it in the transaction in which files of these chunks are undone. Their observations are deleted. */
export async function undoMembers(
  client: ClientBase,
  star: CompiledStar,
  chunkIds: readonly number[],
): Promise<void> {
  const tables = await settle(client, star, chunkIds, (unended) => [...unended, ...chunkIds]);
  for (const { observed, ofFiles } of tables)
    await client.query(`delete from ${observed} o where ${ofFiles}`);
}

async function settle(
  client: ClientBase,
  star: CompiledStar,
  chunkIds: readonly number[],
  withoutOf: (unended: readonly number[]) => number[],
): Promise<SettledTable[]> {
  const dimensions = changingTables(star);
  if (dimensions.length === 0 || chunkIds.length === 0) return [];
  const { schema } = star;
  for (const { table } of dimensions)
    await client.query('select pg_advisory_xact_lock($1, hashtext($2))', [memberLock, `${schema}.${table}`]);
  const without = withoutOf(await unendedChunks(client));
  const ofFiles = inChunks(chunkIds, 'o.chunk_id');
  const tables: SettledTable[] = [];
  for (const dimension of dimensions) {
    const observed = qualified(schema, observedTable(dimension));
    if (!(await tableExists(client, observed))) continue;
    const table = { schema, dimension, observed, ofFiles, without };
    if (dimension.changing.mode === 'latest') await settleLatest(client, table);
    else await settleHistory(client, table);
    tables.push(table);
  }
  return tables;
}
