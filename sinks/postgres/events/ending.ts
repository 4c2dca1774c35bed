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

/** A temporary table and its number of rows. */
export interface Kept {
  readonly name: string;
  readonly rows: number;
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
): Promise<Kept> {
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

/** Memory for each sort and hash, of which a statement has a few at once; and the price of a second process. */
const manySettings = { work_mem: '128MB', parallel_tuple_cost: '0.01' };

/** Runs statements over so many rows. */
export async function withMemory<T>(client: pg.ClientBase, rows: number, work: () => Promise<T>): Promise<T> {
  return rows <= manyRows ? work() : withSettings(client, manySettings, work);
}

/** Rows that move together: few enough that the pages they meet stay in the server's buffers. */
const pieceRows = 40_000;

/** Conditions on `w`, a table of `keep`, that cut it into pieces in the order in which its rows were kept. */
export async function piecesOf({ client }: Pick<Ending, 'client'>, { name, rows }: Kept): Promise<string[]> {
  const count = Math.ceil(rows / pieceRows);
  if (count <= 1) return ['true'];
  const { rows: found } = await client.query<{ pages: number }>(
    `select (pg_relation_size('${name}') / current_setting('block_size')::int)::int as pages`,
  );
  const border = (i: number) => `'(${Math.ceil((found[0].pages * i) / count)},0)'::tid`;
  return Array.from({ length: count }, (_, i) => `w.ctid >= ${border(i)} and w.ctid < ${border(i + 1)}`);
}

async function withSettings<T>(
  client: pg.ClientBase,
  settings: Readonly<Record<string, string>>,
  work: () => Promise<T>,
): Promise<T> {
  const set = (value: (name: string) => string) =>
    client.query(
      Object.keys(settings)
        .map((name) => `set local ${name} to ${value(name)}`)
        .join('; '),
    );
  await set((name) => `'${settings[name]}'`);
  const result = await work();
  await set(() => 'default');
  return result;
}
