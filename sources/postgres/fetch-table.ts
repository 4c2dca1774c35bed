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
import type { CompiledPostgresSource } from '../../model/compiled-source.ts';
import { csvRecord } from '../../model/file/csv-record.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { Fetched, FetchTask, Json } from '../fetching/contract.ts';
import { sourceError } from './connect.ts';
import { csvPages, pageBytes } from './csv-pages.ts';
import { copyOut, type Reader, readTable } from './reader.ts';
import { nextCursor, type TableCursor, unseenSince } from './snapshot.ts';
import { sweepTable } from './sweep-table.ts';
import type { SourceCursor, SourceTable, TableFetch, TableSource } from './table.ts';

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

export function fetchPostgres(task: FetchTask<CompiledPostgresSource>): AsyncGenerator<Fetched> {
  const source = { ...task.source, url: task.fill(task.source.url) };
  const { sweep, name } = source;
  return sweep === null || sweep.of === name
    ? fetchTable(source, task)
    : sweepTable({ ...source, sweep }, task);
}

export function fetchTable(source: TableFetch, task: Task): AsyncGenerator<Fetched> {
  return readTable(source, task, (reader) =>
    reader.table.cursor === null ? wholeTable(reader, source, task) : changedRows(reader, source, task),
  );
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
  async function* body() {
    yield Buffer.from(csvRecord([...table.columns, ...table.extra.map(({ name }) => name)]));
    yield* pieces;
  }
  return {
    page: `${String(page).padStart(4, '0')}.csv`,
    body: body(),
    settle: () => ({ position: toJson(position) }),
  };
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
  return [...table.selected, ...table.extra.map(({ sql }) => sql)].join(', ');
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
