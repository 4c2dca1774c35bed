/** Creates the star before the first file, and counts and deletes the facts of files. */
import type pg from 'pg';
import { withDatasetLocked } from '../../../ledger/tables/snapshots.ts';
import { martNames } from '../../../ledger/tables/stars.ts';
import type { CompiledDataset, CompiledStar } from '../../../model/compiled.ts';
import { withSessionLock } from '../../../platform/database/session-lock.ts';
import { andReleased, transactionKept } from '../../../platform/database/transaction.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { inChunks } from '../facts/in-chunks.ts';
import { factsTable } from '../packed/packed-columns.ts';
import { packedByChunk } from '../packed/packed-rows.ts';
import { buildBeside, endBuild } from '../rollups/build-beside.ts';
import {
  type BuiltBeside,
  hasRollupChanges,
  makeRollups,
  noteRollups,
  oldRollupDrops,
} from '../rollups/make-rollups.ts';
import { nextName } from './beside.ts';
import { dropNamed } from './drop-named.ts';
import { growStar } from './grow-star.ts';
import { transactionBetweenReaders } from './if-unlocked.ts';
import { lockCreation } from './lock-creation.ts';
import { martChanges } from './mart-ddl.ts';
import { qualified } from './sql-columns.ts';
import { tableExists } from './table-exists.ts';
import { transactionId, untilSeen } from './until-seen.ts';

/** SQLSTATE for an object that others depend on. */
const dependentObjects = '2BP01';
/** The class of SQLSTATEs for invalid statements. Of the statements that are run here, users write only the marts. */
const faultySql = '42';

/**
 * The first key of the advisory locks under which tables are created and marts refreshed. The second is the dataset.
 */
export const starLock = 0x1a4df411;

/**
 * Creates the dataset's missing tables and marts, and alters tables that an earlier definition created. Coordinators
 * that call it at the same time wait for each other. `ddl`: the statements of ddl.ts. Throws
 * LF_STAR_CHANGED, LF_MODE_CHANGED, LF_MART, LF_MART_HELD, LF_DATABASE_LOCKED.
 */
export async function makeStar(
  pool: pg.Pool,
  dataset: CompiledDataset,
  ddl: readonly string[],
): Promise<void> {
  const session = await pool.connect();
  await andReleased(session, () => makeOn(session, dataset, ddl));
}

async function makeOn(
  session: pg.ClientBase,
  dataset: CompiledDataset,
  ddl: readonly string[],
): Promise<void> {
  const beside = await buildBeside(session, dataset);
  const make = () => makeAndSwap(session, dataset, { ddl, beside });
  await withSessionLock(session, [starLock, dataset.name], async () => {
    // What is built has the files that are done until it has taken its place.
    if (await hasRollupChanges(session, dataset)) await withDatasetLocked(session, dataset.name, make);
    else await make();
  }).catch((cause) => {
    const reason = [cause.message, cause.detail].filter(Boolean).join(': ');
    const values = { dataset: dataset.name, reason };
    if (cause.code === dependentObjects) throw new LandfallError('LF_MART_HELD', values, { cause });
    if (cause.code?.startsWith(faultySql)) throw new LandfallError('LF_MART', values, { cause });
    throw cause;
  });
  if (beside !== null) await endBuild(session, dataset.name);
}

/** What people read is replaced in a transaction of its own, when all can see what replaces it. */
async function makeAndSwap(
  session: pg.ClientBase,
  dataset: CompiledDataset,
  { ddl, beside }: { readonly ddl: readonly string[]; readonly beside: BuiltBeside | null },
): Promise<void> {
  const { rollups, marts, id } = await transactionKept(session, async (client) => {
    await lockCreation(client, dataset);
    await dropNext(client, dataset);
    await growStar(client, dataset);
    const hadFacts = dataset.star !== null && (await hasFacts(client, dataset.star));
    for (const statement of ddl) await client.query(statement);
    const rollups = await makeRollups(client, dataset, { hadFacts, beside });
    const marts = await martChanges(client, dataset);
    for (const statement of marts.beside) await client.query(statement);
    return { rollups, marts, id: await transactionId(client) };
  });
  if (marts.replaces) await untilSeen(session, id);
  const wanted = new Set(dataset.marts.map(({ name }) => name));
  await transactionBetweenReaders(session, `the marts of ${dataset.name}`, async (client) => {
    await noteRollups(client, dataset.name, rollups);
    return [...marts.swap, ...(await oldRollupDrops(client, rollups, wanted))];
  });
}

/** Drops what is left of marts that were made beside others by a process that died. */
async function dropNext(client: pg.ClientBase, dataset: CompiledDataset): Promise<void> {
  if (dataset.star === null) return;
  const marts = [...(await martNames(client, dataset.name)), ...dataset.marts.map(({ name }) => name)];
  await dropNamed(client, dataset.star.schema, marts.map(nextName));
}

/**
 * How many facts each of these chunks has, in one pass over the table. Chunks without any are left out, as all are where
 * a person has dropped the table.
 */
export async function factsByChunk(
  client: pg.Pool | pg.ClientBase,
  star: CompiledStar,
  chunkIds: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  if (chunkIds.length === 0 || !(await hasFacts(client, star))) return new Map();
  if (star.layout === 'packed') return packedByChunk(client, star, chunkIds);
  const { rows } = await client.query<{ chunk_id: number; facts: number }>(
    `select chunk_id, count(*)::float8 as facts from ${qualifiedFacts(star)} where ${inChunks(chunkIds)} group by 1`,
  );
  return new Map(rows.map(({ chunk_id, facts }) => [chunk_id, facts]));
}

/** Deletes the facts of these chunks. False where a person has dropped the table: the rows are gone with it. */
export async function deleteFacts(
  client: pg.ClientBase,
  star: CompiledStar,
  chunkIds: readonly number[],
): Promise<boolean> {
  if (chunkIds.length === 0) return true;
  if (!(await hasFacts(client, star))) return false;
  await client.query(`delete from ${qualifiedFacts(star)} where ${inChunks(chunkIds)}`);
  return true;
}

export function hasFacts(client: pg.Pool | pg.ClientBase, star: CompiledStar): Promise<boolean> {
  return tableExists(client, qualifiedFacts(star));
}

/** The table that holds the facts, or tuples of packed ones, as SQL names it. */
export function qualifiedFacts(star: CompiledStar): string {
  return qualified(star.schema, factsTable(star));
}
