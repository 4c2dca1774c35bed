/** One call that applies or removes events: where it works, and what it has found. */
import type pg from 'pg';
import type { Relation } from './event-contract.ts';
import type { EventLayout } from './event-layout.ts';

export interface Ending {
  readonly client: pg.ClientBase;
  readonly layout: EventLayout;
  /** The lake snapshot that the transaction opens. */
  readonly snapshotId: number;
  readonly wantsDelta: boolean;
  readonly added: Relation[];
  readonly removed: Relation[];
}

let tables = 0;

/** A name that no other temporary table of the session has. */
export function temporaryName(what: string): string {
  tables = (tables + 1) % 1_000_000_000;
  return `landfall_${what}_${tables}`;
}

/**
 * Keeps the rows of a query until the transaction ends, and counts them. Analysed, because the server takes an unknown
 * temporary table for a large one, and would read the whole of F_current for a few rows.
 */
export async function keep(
  { client }: Pick<Ending, 'client'>,
  what: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<{ name: string; rows: number }> {
  const name = temporaryName(what);
  const { rowCount } = await client.query(`create temporary table ${name} on commit drop as ${sql}`, [
    ...values,
  ]);
  await client.query(`analyze ${name}`);
  return { name, rows: rowCount ?? 0 };
}

/** Keeps rows that entered or left. */
export async function keepDelta(ending: Ending, side: 'added' | 'removed', sql: string): Promise<void> {
  if (!ending.wantsDelta) return;
  const { name, rows } = await keep(ending, side, sql);
  if (rows > 0) ending[side].push({ sql: `select * from pg_temp.${name}`, values: [] });
}

/** With more rows than this, sorts and joins get more memory. */
const manyRows = 50_000;

/** Per sort and hash, of which a statement has a few at once. */
const manyMemory = '128MB';

/** Runs statements over so many rows. */
export async function withMemory<T>(client: pg.ClientBase, rows: number, work: () => Promise<T>): Promise<T> {
  if (rows <= manyRows) return work();
  await client.query(`set local work_mem = '${manyMemory}'`);
  const result = await work();
  await client.query('set local work_mem to default');
  return result;
}

/**
 * Runs moves of events that a table in the order of keys has the addresses of, one after another in that order. Events
 * have entered in it too, so that they are beside each other. The server would rather sort all rows once more.
 */
export async function inTheirOrder(
  client: pg.ClientBase,
  rows: number,
  work: () => Promise<void>,
): Promise<void> {
  if (rows <= manyRows) return work();
  const plans = ['enable_hashjoin', 'enable_mergejoin'];
  await client.query(plans.map((plan) => `set local ${plan} = off`).join('; '));
  await work();
  await client.query(plans.map((plan) => `set local ${plan} to default`).join('; '));
}
