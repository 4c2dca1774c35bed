/**
 * Moves of events between staging, F_current and F_superseded. Each is one statement or two, never parts of one `with`:
 * there, an update hides rows from a delete, and they vanish. Rows enter in the order of their keys: an index over
 * hashes is otherwise read and written all over.
 */
import type { Ending } from './ending.ts';
import { type EventLayout, listOf } from './event-layout.ts';

/** A value that F_current keeps beside an event. Column quoted; expression over `w`. */
export interface Beside {
  readonly column: string;
  readonly value: string;
}

/** Some events of a table. */
export interface Some {
  /** A table with their addresses (ctid). */
  readonly rows: string;
  /** The column with the addresses. Default: `at`. */
  readonly at?: string;
  /** A condition on the table, as `w`. */
  readonly where?: string;
  /** If they enter F_current. */
  readonly beside?: readonly Beside[];
}

/** The addresses stay, because events move only under the lock of the dataset, which the caller has. */
function joined({ rows, where = 'true', at = 'at' }: Some, alias: string): string {
  return `${rows} w where ${alias}.ctid = w.${at} and ${where}`;
}

/**
 * The condition that `c` is one of some. The server sorts the addresses and reads them in one scan. Of a join by
 * addresses it makes a scan a row, and asks the system each time how long the table is.
 */
export function among({ rows, where = 'true', at = 'at' }: Some): string {
  return `c.ctid = any(array(select w.${at} from ${rows} w where ${where}))`;
}

/** Moves events from F_current to F_superseded. They enter in the order in which they lie, which is nearly by key. */
export async function supersede({ client, layout, snapshotId }: Ending, some: Some): Promise<void> {
  const { current, superseded, columns } = layout;
  await client.query(
    `insert into ${superseded} (${listOf(columns)}, _out)
     select ${listOf(columns, 'c')}, ${snapshotId} from ${current} c where ${among(some)}`,
  );
  await client.query(`delete from ${current} c where ${among(some)}`);
}

/** Moves events from F_superseded to F_current. */
export async function promote({ client, layout, snapshotId }: Ending, some: Some): Promise<void> {
  const { current, superseded, columns } = layout;
  const beside = some.beside ?? [];
  const target = [...columns, '_since', ...beside.map(({ column }) => column)];
  const values = [listOf(columns, 'c'), snapshotId, ...beside.map(({ value }) => value)];
  const from = beside.length === 0 ? `c where ${among(some)}` : `c, ${joined(some, 'c')} order by c._key`;
  await client.query(
    `insert into ${current} (${target.join(', ')}) select ${values.join(', ')} from ${superseded} ${from}`,
  );
  await client.query(`delete from ${superseded} c where ${among(some)}`);
}

/** Puts events of a staging table into one of the tables. Without `some`, all of them. */
export async function putStaged(
  { client, layout, snapshotId }: Ending,
  table: 'current' | 'superseded',
  staged: string,
  some?: Some,
): Promise<void> {
  const { filled } = layout;
  const beside = (table === 'current' && some?.beside) || [];
  const since = table === 'current' ? '_since' : '_out';
  const target = [...filled, since, ...beside.map(({ column }) => column)];
  const values = [listOf(filled, 'c'), snapshotId, ...beside.map(({ value }) => value)];
  const from = some === undefined ? `${staged} c` : `${staged} c, ${joined(some, 'c')}`;
  await client.query(
    `insert into ${layout[table]} (${target.join(', ')}) select ${values.join(', ')} from ${from} order by c._key`,
  );
}

/** Supersedes the events of a staging table that are not among `some`. */
export async function putOthers(
  { client, layout, snapshotId }: Ending,
  staged: string,
  { rows, where = 'true', at = 'at' }: Some,
): Promise<void> {
  const { superseded, filled } = layout;
  await client.query(
    `insert into ${superseded} (${listOf(filled)}, _out) select ${listOf(filled, 'c')}, ${snapshotId}
     from ${staged} c left join ${rows} w on w.${at} = c.ctid and ${where} where w.${at} is null order by c._key`,
  );
}

/** The select list of staged events as people see them, where the definition may lack columns of the star. */
export function stagedList({ shown, filled, missing }: EventLayout, alias: string): string {
  const given = new Set(filled);
  return shown
    .map(({ name }) => (given.has(name) ? `${alias}.${name}` : `${missing.get(name)} as ${name}`))
    .join(', ');
}
