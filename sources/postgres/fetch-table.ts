/**
 * Fetches the rows of a table that are new or have changed since the run before, in pages.
 *
 *   list of running transactions ─▶ snapshot ─▶ rows by (cursor, key), by COPY ─▶ rows that have no place in that
 *   order, because of a null ─▶ where the next run begins
 *
 * Rows come at least once. A run that is resumed takes a snapshot of its own and reads on after the last key that was
 * noted, but ends with the cursor of its first snapshot: what was committed in between comes in the next run.
 */
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { CompiledPostgresSource } from '../../model/compiled-source.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { Fetched, FetchTask, Json } from '../fetching/contract.ts';
import { abandon, connectSource, sourceError } from './connect.ts';
import { csvPages, csvRecord } from './csv-pages.ts';
import {
  nextCursor,
  runningTransactions,
  type Snapshot,
  type TableCursor,
  takeSnapshot,
  unseenSince,
} from './snapshot.ts';
import { describeTable, type SourceCursor, type SourceTable, type TableSource, tableName } from './table.ts';

/** The column that has the value of a cursor that is an expression. */
export const atColumn = 'landfall_at';

/** The most bytes of a page, which is kept in memory. */
const pageBytes = 16 * 1024 * 1024;

export type TableFetch = Omit<CompiledPostgresSource, 'kind' | 'env' | 'schedule'>;

type Task = Pick<FetchTask, 'window' | 'backfill' | 'cursor' | 'position' | 'signal' | 'log'>;

/** Where a run has got to. */
interface Position {
  readonly phase: 'ordered' | 'unordered' | 'done';
  /** Pages that are noted. */
  readonly page: number;
  /** Cursor and key of the last row that is noted. */
  readonly after: readonly string[] | null;
  /** The cursor that the run ends with. */
  readonly next: TableCursor | null;
}

/** A session whose transaction shows one snapshot of the table. */
interface Reader {
  readonly client: pg.Client;
  readonly table: SourceTable;
  readonly snapshot: Snapshot;
}

export function fetchPostgres(task: FetchTask<CompiledPostgresSource>): AsyncGenerator<Fetched> {
  return fetchTable({ ...task.source, url: task.fill(task.source.url) }, task);
}

export async function* fetchTable(source: TableFetch, task: Task): AsyncGenerator<Fetched> {
  const position = task.position as Position | null;
  if (position?.phase === 'done') return;
  const client = await connectSource(source.name, source.url);
  const stop = () => abandon(client);
  task.signal.addEventListener('abort', stop);
  let ended = false;
  try {
    const reader = await openReader(client, source);
    yield* reader.table.cursor === null
      ? wholeTable(reader, source, task)
      : changedRows(reader, source, task);
    ended = true;
  } catch (error) {
    task.signal.throwIfAborted();
    throw sourceError(error, source.name, source.table);
  } finally {
    task.signal.removeEventListener('abort', stop);
    if (ended) await client.end().catch(() => {});
    else abandon(client);
  }
}

async function openReader(client: pg.Client, source: TableSource): Promise<Reader> {
  const running = await runningTransactions(client);
  const name = tableName(source.table);
  await client.query('begin isolation level repeatable read read only');
  await client.query(`lock table ${name} in access share mode`).catch((cause) => {
    if ((cause as pg.DatabaseError).code !== '42P01' && (cause as pg.DatabaseError).code !== '3F000')
      throw cause;
    throw new LandfallError('LF_SOURCE_TABLE', { source: source.name, table: source.table }, { cause });
  });
  const snapshot = await takeSnapshot(client, name, running);
  return { client, snapshot, table: await describeTable(client, source) };
}

/** One file, however large: a snapshot is complete in itself. Its name is the instant at which it was taken. */
async function* wholeTable(
  reader: Reader,
  source: TableFetch,
  { backfill, window }: Task,
): AsyncGenerator<Fetched> {
  if (backfill && window !== null) throw noWindows(source, 'it has no cursor');
  const { client, snapshot, table } = reader;
  const order = table.key.map((column) => `t.${pg.escapeIdentifier(column)}`).join(', ');
  const select = `select ${table.selected.join(', ')} from ${table.sql} t order by ${order}`;
  async function* body() {
    yield Buffer.from(csvRecord(table.columns));
    try {
      yield* copyOut(client, select);
    } catch (error) {
      throw sourceError(error, source.name, source.table);
    }
  }
  yield {
    page: `${snapshot.at.replace(/[-:]/g, '')}.csv`,
    body: body(),
    settle: () => ({ position: toJson({ phase: 'done', page: 1, after: null, next: null }) }),
  };
}

async function* changedRows(reader: Reader, source: TableFetch, task: Task): AsyncGenerator<Fetched> {
  const { client, table, snapshot } = reader;
  const before = task.backfill ? null : (task.cursor as TableCursor | null);
  const resumed = task.position as Position | null;
  const next = task.backfill
    ? null
    : (resumed?.next ?? (await nextCursor(client, table, snapshot, { lag: source, before })));
  if (next !== null && next.bound === 'lag' && before?.bound !== 'lag') warnOfLag(source, task);
  const range = rangeOf(table, source, task, before);
  const unseen = unseenSince(before, snapshot, table);
  let page = resumed?.page ?? 0;
  if (resumed === null || resumed.phase === 'ordered') {
    const select = orderedSelect(table, [range, unseen, afterOf(table, resumed?.after ?? null)]);
    for await (const { pieces, last } of csvPages(copyOut(client, select), limitsOf(source))) {
      page++;
      yield file(table, page, pieces, { phase: 'ordered', page, after: keyOf(table, last), next });
    }
  }
  if (table.mayBeNull) {
    const select = unorderedSelect(table, range, unseen, !task.backfill || task.window === null);
    for await (const { pieces } of csvPages(copyOut(client, select), limitsOf(source))) {
      page++;
      yield file(table, page, pieces, { phase: 'unordered', page, after: null, next });
    }
  }
  const position = toJson({ phase: 'done', page, after: null, next });
  yield next === null ? { page: null, position } : { page: null, position, cursor: toJson(next) };
}

function limitsOf({ pageRows }: TableFetch) {
  return { rows: pageRows, bytes: pageBytes };
}

function file(table: SourceTable, page: number, pieces: readonly Uint8Array[], position: Position): Fetched {
  const extra = table.cursor!.column === null ? [atColumn] : [];
  async function* body() {
    yield Buffer.from(csvRecord([...table.columns, ...extra]));
    yield* pieces;
  }
  return {
    page: `${String(page).padStart(4, '0')}.csv`,
    body: body(),
    settle: () => ({ position: toJson(position) }),
  };
}

/** The rows of a query, as CSV. */
async function* copyOut(client: pg.Client, select: string): AsyncGenerator<Uint8Array> {
  const stream = client.query(copyTo(`copy (${select}) to stdout (format csv)`));
  yield* stream as AsyncIterable<Buffer>;
}

/** Cursors that the run covers: from where the run before got to, or the window of a backfill. */
function rangeOf(
  { cursor }: SourceTable,
  source: TableFetch,
  { backfill, window }: Task,
  before: TableCursor | null,
): string | null {
  const { sql, kind, type } = cursor!;
  if (!backfill) return before?.from == null ? null : `${sql} >= ${pg.escapeLiteral(before.from)}::${type}`;
  if (window === null) return null;
  if (kind !== 'time') throw noWindows(source, `its cursor is of the type ${type}`);
  const instant = (text: string) => `${pg.escapeLiteral(text)}::timestamptz::${type}`;
  return `${sql} >= ${instant(window.from)} and ${sql} < ${instant(window.to)}`;
}

function orderOf(table: SourceTable): string[] {
  return [table.cursor!.sql, ...table.key.map((column) => `t.${pg.escapeIdentifier(column)}`)];
}

function selectedOf(table: SourceTable): string {
  const { column, selected } = table.cursor!;
  return [...table.selected, ...(column === null ? [selected] : [])].join(', ');
}

function where(conditions: readonly (string | null)[]): string {
  const given = conditions.filter((condition) => condition !== null).map((condition) => `(${condition})`);
  return given.length === 0 ? '' : ` where ${given.join(' and ')}`;
}

function orderedSelect(table: SourceTable, conditions: readonly (string | null)[]): string {
  const order = orderOf(table);
  const noNulls = table.mayBeNull ? order.map((part) => `${part} is not null`) : [];
  const filter = where([...conditions, ...noNulls]);
  return `select ${selectedOf(table)} from ${table.sql} t${filter} order by ${order.join(', ')}`;
}

/** Rows with a null in the key, or in the cursor: those belong to no window. */
function unorderedSelect(
  table: SourceTable,
  range: string | null,
  unseen: string | null,
  nullCursors: boolean,
) {
  const [cursor, ...key] = orderOf(table).map((part) => `${part} is null`);
  const keyless = `(${key.join(' or ')})${range === null ? '' : ` and ${range}`}`;
  const filter = where([nullCursors ? `${cursor} or ${keyless}` : keyless, unseen]);
  return `select ${selectedOf(table)} from ${table.sql} t${filter}`;
}

/** Rows after the last one that is noted. */
function afterOf(table: SourceTable, after: readonly string[] | null): string | null {
  if (after === null) return null;
  return `(${orderOf(table).join(', ')}) > (${after.map((text) => pg.escapeLiteral(text)).join(', ')})`;
}

/** Cursor and key of a record. */
function keyOf(table: SourceTable, fields: readonly (string | null)[]): string[] {
  const { column } = table.cursor as SourceCursor;
  const at = (name: string) => fields[table.columns.indexOf(name)]!;
  return [column === null ? fields[table.columns.length]! : at(column), ...table.key.map(at)];
}

function noWindows({ name, table }: TableSource, reason: string): LandfallError {
  return new LandfallError('LF_SOURCE_NO_WINDOWS', { source: name, table, reason });
}

function warnOfLag({ name, table, lagMs }: TableFetch, { log }: Task): void {
  log.warn(
    { source: name, table, lagMs },
    'the source does not show which transactions are running, so rows of one that commits later than `lag` after its cursor are missed: grant pg_read_all_stats to its role, and read the primary',
  );
}

function toJson(value: Position | TableCursor): Json {
  return value as unknown as Json;
}
