/** Creates the star before the first file, and counts and deletes the facts of files. */
import pg from 'pg';
import type { CompiledDataset, CompiledStar } from '../../../model/compiled.ts';
import { andReleased, transactionKept } from '../../../platform/database/transaction.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { inChunks } from '../facts/in-chunks.ts';
import { buildBeside, endBuild } from '../rollups/build-beside.ts';
import { dropOldRollups, makeRollups } from '../rollups/make-rollups.ts';
import { growStar } from './grow-star.ts';
import { betweenReaders } from './if-unlocked.ts';
import { lockCreation } from './lock-creation.ts';
import { martChanges } from './mart-ddl.ts';
import { tableExists } from './table-exists.ts';

/** SQLSTATE for an object that others depend on. */
const dependentObjects = '2BP01';
/** The class of SQLSTATEs for invalid statements. Of the statements that are run here, users write only the marts. */
const faultySql = '42';
/** SQLSTATE of that class: a permission is missing. */
const denied = '42501';

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
  await transactionKept(session, async (client) => {
    await client.query('select pg_advisory_xact_lock($1, hashtext($2))', [starLock, dataset.name]);
    await lockCreation(client, dataset);
    await growStar(client, dataset);
    const hadFacts = dataset.star !== null && (await hasFacts(client, dataset.star));
    for (const statement of ddl) await client.query(statement);
    const rollups = await makeRollups(client, dataset, { hadFacts, beside });
    const { beside: made, swap, comments } = await martChanges(client, dataset);
    for (const statement of made) await client.query(statement);
    await betweenReaders(client, `the marts of ${dataset.name}`, async () => {
      if (swap.length > 0) await client.query(swap.join(';\n'));
      await dropOldRollups(client, rollups);
    });
    for (const comment of comments) await client.query(comment);
  }).catch((cause) => {
    const reason = [cause.message, cause.detail].filter(Boolean).join(': ');
    const values = { dataset: dataset.name, reason };
    if (cause.code === dependentObjects) throw new LandfallError('LF_MART_HELD', values, { cause });
    if (cause.code?.startsWith(faultySql) && cause.code !== denied)
      throw new LandfallError('LF_MART', values, { cause });
    throw cause;
  });
  if (beside !== null) await endBuild(session, dataset.name);
}

/** Counts the facts of these chunks. There are none where a person has dropped the table. */
export async function countFacts(
  client: pg.Pool | pg.ClientBase,
  star: CompiledStar,
  chunkIds: readonly number[],
): Promise<number> {
  if (chunkIds.length === 0 || !(await hasFacts(client, star))) return 0;
  const { rows } = await client.query(
    `select count(*)::float8 as rows from ${factTable(star)} where ${inChunks(chunkIds)}`,
  );
  return rows[0].rows;
}

/** Deletes the facts of these chunks. False where a person has dropped the table: the rows are gone with it. */
export async function deleteFacts(
  client: pg.ClientBase,
  star: CompiledStar,
  chunkIds: readonly number[],
): Promise<boolean> {
  if (chunkIds.length === 0) return true;
  if (!(await hasFacts(client, star))) return false;
  await client.query(`delete from ${factTable(star)} where ${inChunks(chunkIds)}`);
  return true;
}

export function hasFacts(client: pg.Pool | pg.ClientBase, star: CompiledStar): Promise<boolean> {
  return tableExists(client, factTable(star));
}

export function factTable(star: CompiledStar): string {
  return `${pg.escapeIdentifier(star.schema)}.${pg.escapeIdentifier(star.fact)}`;
}
