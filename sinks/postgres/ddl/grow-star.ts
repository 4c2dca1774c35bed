/**
 * Alters an existing star for a changed definition. Additions are made in place: a column, an attribute of a
 * dimension, or nulls where none were allowed. Earlier rows then have null, and 0, the unknown member, as the key of
 * a new dimension. A table without rows is recreated if it does not fit. A change that would alter or lose values is
 * an error, which says how a person changes the tables.
 *
 * Facts are locked before dimensions. A chunk in progress locks the facts and may still insert members, so whoever
 * waits for it must not lock the dimensions.
 */
import pg from 'pg';
import {
  dependentViews,
  earlierStars,
  type StarColumn,
  starColumns,
  tableUsers,
} from '../../../ledger/tables/stars.ts';
import type { CompiledDataset } from '../../../model/compiled.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { tablesOfOtherMode, viewGrowth } from './grow-events.ts';
import { qualified } from './sql-columns.ts';
import { type Change, changesOf, dropViews, migrationOf } from './star-changes.ts';
import { type WantedTable, wantedTables } from './star-tables.ts';

/**
 * How long to wait for chunks that are being copied, while others wait behind this process. It is tried once more.
 */
const lockTimeout = '10s';

/**
 * Alters the existing tables so that rows of the definition fit, in the caller's transaction. Throws LF_STAR_CHANGED
 * if a table that contains rows would need more than an addition, and LF_MODE_CHANGED if its rows belong to another mode.
 * Then nothing is altered.
 */
export async function growStar(client: pg.ClientBase, dataset: CompiledDataset): Promise<void> {
  const { star } = dataset;
  if (star === null) return;
  const { schema } = star;
  await dropOtherMode(client, dataset);
  const tables = wantedTables(star);
  const found = await starColumns(client, { schema, tables: tables.map(({ table }) => table) });
  if (found.length === 0) return;
  const earlier = await earlierStars(client, dataset.name);
  const before = earlier.filter((one) => one?.schema === schema).flatMap(wantedTables);
  const statements: string[] = [];
  const changes: Change[] = [];
  const empty: string[] = [];
  for (const wanted of tables) {
    const columns = found.filter((column) => column.table === wanted.table);
    if (columns.length === 0) continue;
    const same = before.filter((one) => one.table === wanted.table);
    const isShared = dataset.sharedTables.includes(wanted.table);
    const changed = changesOf({ schema, wanted, found: columns, before: same, fact: tables[0], isShared });
    if (changed.length === 0) statements.push(...additions(nameOf(schema, wanted.table), wanted, columns));
    else if (!isShared && (await isEmpty(client, schema, wanted)))
      empty.push(wanted.behind ?? wanted.table, ...changed.flatMap(({ beside = [] }) => beside));
    else changes.push(...changed);
  }
  if (changes.length > 0) throw await refusal(client, dataset, schema, changes);
  statements.push(...(await viewGrowth(client, star)));
  if (statements.length + empty.length === 0) return;
  await client.query(`set local lock_timeout = '${lockTimeout}'`);
  await dropEmpty(
    client,
    dataset,
    schema,
    tables.filter(({ table }) => empty.includes(table)),
  );
  for (const statement of statements) await client.query(statement);
  await client.query('set local lock_timeout to default');
}

/** Drops what another mode has made of the facts. Throws LF_MODE_CHANGED if it has rows. */
async function dropOtherMode(client: pg.ClientBase, dataset: CompiledDataset): Promise<void> {
  const { schema } = dataset.star!;
  const others = await tablesOfOtherMode(client, dataset);
  const tables = others.map((table) => ({ table, columns: [], key: null, hashed: false, member: null }));
  for (const wanted of tables) {
    if (!(await isEmpty(client, schema, wanted)))
      throw new LandfallError('LF_MODE_CHANGED', { dataset: dataset.name });
  }
  if (tables.length === 0) return;
  await client.query(`set local lock_timeout = '${lockTimeout}'`);
  await dropEmpty(client, dataset, schema, tables);
  await client.query('set local lock_timeout to default');
}

function nameOf(schema: string, table: string): string {
  return qualified(schema, table);
}

/** Whether the table has no rows except the unknown member. */
async function isEmpty(
  client: pg.ClientBase,
  schema: string,
  { table, member }: WantedTable,
): Promise<boolean> {
  const known = member === null ? '' : ` where ${pg.escapeIdentifier(member)} <> 0`;
  const { rows } = await client.query(
    `select exists (select from ${nameOf(schema, table)}${known}) as found`,
  );
  return !rows[0].found;
}

/** Drops tables without rows and the marts that read them. Both are recreated with the star. */
async function dropEmpty(
  client: pg.ClientBase,
  dataset: CompiledDataset,
  schema: string,
  tables: readonly WantedTable[],
): Promise<void> {
  if (tables.length === 0) return;
  for (const { table } of tables)
    await client.query(`lock table ${nameOf(schema, table)} in access exclusive mode`);
  // A row may have been loaded before the lock was acquired.
  for (const wanted of tables) {
    if (await isEmpty(client, schema, wanted)) continue;
    const what = `${wanted.table} got its first rows while it was being changed`;
    throw new LandfallError('LF_INTERNAL', { reason: `${dataset.name}: ${what}` });
  }
  const names = tables.map(({ table }) => table);
  for (const drop of dropViews(await dependentViews(client, { schema, tables: names }))) {
    if (!drop.startsWith('--')) await client.query(drop);
  }
  for (const name of names) await client.query(`drop table ${nameOf(schema, name)}`);
}

/** Statements that add what the table lacks. */
function additions(at: string, { columns, behind }: WantedTable, found: readonly StarColumn[]): string[] {
  if (behind !== undefined) return [];
  return columns.flatMap(({ name, type, notNull, before }) => {
    const column = pg.escapeIdentifier(name);
    const there = found.find((one) => one.name === name);
    if (there === undefined) {
      const rest = before === null ? '' : ` not null default ${before}`;
      return [`alter table ${at} add column ${column} ${type}${rest}`];
    }
    return there.not_null && !notNull ? [`alter table ${at} alter column ${column} drop not null`] : [];
  });
}

async function refusal(
  client: pg.ClientBase,
  { name: dataset, sharedTables }: CompiledDataset,
  schema: string,
  changes: readonly Change[],
): Promise<LandfallError> {
  const tables = [...new Set(changes.flatMap(({ table, beside = [] }) => [table, ...beside]))];
  const views = await dependentViews(client, { schema, tables });
  const datasets = new Set([dataset]);
  for (const { table, statements } of changes) {
    if (statements !== null || !sharedTables.includes(table)) continue;
    for (const user of await tableUsers(client, schema, table)) datasets.add(user);
  }
  const differences = [...new Set(changes.map(({ what }) => what))].join('; ');
  const migration = migrationOf([...datasets], schema, changes, views);
  return new LandfallError('LF_STAR_CHANGED', { dataset, differences, migration });
}
