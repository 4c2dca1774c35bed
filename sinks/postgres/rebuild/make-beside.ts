/** Makes a star beside another one, with the same dimensions, and ends files in it. */
import type pg from 'pg';
import { martNames } from '../../../ledger/tables/stars.ts';
import type { CompiledDataset, CompiledStar } from '../../../model/compiled.ts';
import { inTransaction } from '../../../platform/database/transaction.ts';
import type { EndingFile } from '../../contract.ts';
import { besideName } from '../ddl/beside.ts';
import { starDdl } from '../ddl/ddl.ts';
import { isChanging, observedTable } from '../ddl/dimension-ddl.ts';
import { dropNamed } from '../ddl/drop-named.ts';
import { growStar } from '../ddl/grow-star.ts';
import { lockCreation } from '../ddl/lock-creation.ts';
import { martComments, martDdl } from '../ddl/mart-ddl.ts';
import { qualified } from '../ddl/sql-columns.ts';
import { tableExists } from '../ddl/table-exists.ts';
import { applyMembers } from '../dimensions/attributes/settle-members.ts';
import { eventFileOf } from '../ending/end-files.ts';
import { applyEvents } from '../events/index.ts';
import { inChunks } from '../facts/in-chunks.ts';
import { rangeDrop } from '../packed/packed-ddl.ts';
import { partialsDdl } from '../partials/partial-tables.ts';
import { exactDoubles } from '../rollups/index.ts';
import { fillState, rollupsOf } from '../rollups/make-rollups.ts';
import { stateDdl } from '../rollups/state-tables.ts';
import { starOf } from '../star-of.ts';
import { besideOf, factNames } from './beside-names.ts';

/** Drops what an earlier build has left, and makes the tables, empty. Throws LF_STAR_CHANGED for a dimension. */
export async function makeBeside(pool: pg.Pool, dataset: CompiledDataset): Promise<void> {
  await inTransaction(pool, async (client) => {
    await dropBeside(client, dataset);
    const beside = besideOf(dataset);
    await lockCreation(client, dataset);
    // Facts are new. Dimensions may have to grow.
    await growStar(client, beside);
    for (const statement of starDdl(beside)) await client.query(statement);
    // Its SQL names what is beside, which gets other names.
    await client.query(rangeDrop(starOf(beside)));
  });
}

/** Drops whatever a build of any version of the dataset has left. Nobody else reads it. */
export async function dropBeside(client: pg.ClientBase, dataset: CompiledDataset): Promise<void> {
  await dropMartsBeside(client, dataset);
  const { schema, fact } = starOf(dataset);
  await dropNamed(
    client,
    schema,
    factNames(fact).map(({ beside }) => beside),
  );
}

async function dropMartsBeside(client: pg.ClientBase, dataset: CompiledDataset): Promise<void> {
  const { schema } = starOf(dataset);
  const names = [...(await martNames(client, dataset.name)), ...dataset.marts.map(({ name }) => name)].map(
    besideName,
  );
  // A rollup's state has its name and a hash.
  const states = names.map((name) => `_${name.slice(0, 44)}_`);
  await dropNamed(client, schema, names, states);
}

/**
 * The tables of dimensions whose members have attributes from these chunks already, because the definition that they were
 * loaded with (`was`) had the dimension.
 */
export async function observedBefore(
  client: pg.ClientBase,
  star: CompiledStar,
  was: CompiledStar | null,
  chunkIds: readonly number[],
): Promise<ReadonlySet<string>> {
  const tables = new Set<string>();
  const had = new Set(was?.dimensions.filter(isChanging).map(({ table }) => table));
  for (const dimension of star.dimensions.filter(isChanging)) {
    if (!had.has(dimension.table)) continue;
    const observed = qualified(star.schema, observedTable(dimension));
    if (!(await tableExists(client, observed))) continue;
    const { rows } = await client.query<{ found: boolean }>(
      `select exists (select from ${observed} where ${inChunks(chunkIds)}) as found`,
    );
    if (rows[0].found) tables.add(dimension.table);
  }
  return tables;
}

/** Removes what members' attributes would follow of these chunks. */
export async function forgetObserved(
  client: pg.Pool | pg.ClientBase,
  star: CompiledStar,
  chunkIds: readonly number[],
): Promise<void> {
  for (const dimension of star.dimensions.filter(isChanging))
    await client.query(
      `delete from ${qualified(star.schema, observedTable(dimension))} where ${inChunks(chunkIds)}`,
    );
}

/**
 * Ends a file whose rows are loaded into the tables beside, as when it became done: in the snapshot that it made then, so
 * that what was current at any snapshot can be read as if it had been loaded so. The order does not matter.
 */
export async function endBeside(
  client: pg.ClientBase,
  dataset: CompiledDataset,
  ending: EndingFile,
  snapshotId: number,
): Promise<void> {
  const star = starOf(besideOf(dataset));
  if (star.keyed !== null) {
    const events = await eventFileOf(client, star, ending);
    await applyEvents(client, star, [events], snapshotId, { delta: false });
  }
}

/** Fills rollups from the facts beside, and creates the marts over them, in place of what an earlier try has left. */
export async function makeMartsBeside(client: pg.ClientBase, dataset: CompiledDataset): Promise<void> {
  await dropMartsBeside(client, dataset);
  const beside = besideOf(dataset);
  await client.query(exactDoubles);
  for (const stored of rollupsOf(beside)) {
    for (const statement of [...stateDdl(stored), ...partialsDdl(stored)]) await client.query(statement);
    await fillState(client, dataset.name, stored);
  }
  for (const statement of [...martDdl(beside), ...martComments(dataset, besideName)])
    await client.query(statement);
}

/** Gives members the attributes of dimensions that files have been observed for only now. */
export async function settleObserved(
  client: pg.ClientBase,
  dataset: CompiledDataset,
  chunkIds: readonly number[],
): Promise<void> {
  await applyMembers(client, starOf(dataset), chunkIds);
}
