/** What the server says of a table: its columns, the type of the cursor, and whether rows show their transaction. */
import pg from 'pg';
import type { CompiledPostgresSource } from '../../model/compiled-source.ts';
import { LandfallError } from '../../platform/errors/errors.ts';

/** A source whose address is filled in. */
export type TableFetch = TableSource &
  Pick<CompiledPostgresSource, 'url' | 'lagMs' | 'lagNumber' | 'pageRows'>;

/** What a definition says of the table. Columns of the key and the cursor are always fetched. */
export type TableSource = Pick<CompiledPostgresSource, 'name' | 'table' | 'key' | 'cursor' | 'columns'> &
  Partial<Pick<CompiledPostgresSource, 'sweep'>>;

/** The column that has the value of a cursor that is an expression; where the table is swept, of each cursor. */
const atColumn = 'landfall_at';

/** Of a table that is swept: the texts of a row's key as a JSON array, and the hash of the row. */
const keyColumn = 'landfall_key';
const rowColumn = 'landfall_row';

/** How values of a cursor are compared and moved. */
export type CursorKind = 'time' | 'number' | 'text';

export interface SourceTable {
  /** As it stands in SQL. */
  readonly sql: string;
  /** Columns that are fetched, in the order of the table. */
  readonly columns: readonly string[];
  /** Each of them as it is selected: instants as their time in UTC, without an offset. */
  readonly selected: readonly string[];
  /** Columns of a file after those of the table. */
  readonly extra: readonly { readonly name: string; readonly sql: string }[];
  readonly key: readonly string[];
  /** Null without a cursor. */
  readonly cursor: SourceCursor | null;
  /** Rows have the system column xmin. */
  readonly hasXmin: boolean;
  /** Whether a row may have a null in its key or cursor. */
  readonly mayBeNull: boolean;
}

export interface SourceCursor {
  /** The expression. */
  readonly sql: string;
  /** Its text in a file. */
  readonly selected: string;
  readonly kind: CursorKind;
  /** As a cast needs it. */
  readonly type: string;
  /** The column; null for an expression. */
  readonly column: string | null;
}

const timestamptz = 1184;
const timeTypes = new Set([timestamptz, 1114, 1082]);
const numberTypes = new Set([20, 21, 23, 700, 701, 1700]);

interface Attribute {
  readonly name: string;
  readonly type: string;
  readonly not_null: boolean;
}

/**
 * @throws LandfallError LF_SOURCE_TABLE, LF_SOURCE_COLUMN, LF_SOURCE_CURSOR
 */
export async function describeTable(client: pg.ClientBase, source: TableSource): Promise<SourceTable> {
  const sql = tableName(source.table);
  const { rows: found } = await client.query<{ kind: string; access: string | null }>(
    `select c.relkind::text as kind, a.amname::text as access
     from pg_class c left join pg_am a on a.oid = c.relam where c.oid = to_regclass($1)`,
    [sql],
  );
  if (found.length === 0)
    throw new LandfallError('LF_SOURCE_TABLE', { source: source.name, table: source.table });
  const { rows: attributes } = await client.query<Attribute>(
    `select attname::text as name, atttypid::text as type, attnotnull as not_null from pg_attribute
     where attrelid = to_regclass($1) and attnum > 0 and not attisdropped order by attnum`,
    [sql],
  );
  const byName = new Map(attributes.map((attribute) => [attribute.name, attribute]));
  const cursorColumn = source.cursor && 'column' in source.cursor ? source.cursor.column : null;
  const needed = [...source.key, ...(cursorColumn === null ? [] : [cursorColumn]), ...source.columns];
  const missing = needed.filter((column) => !byName.has(column));
  if (missing.length > 0) {
    const columns = attributes.map(({ name }) => name).join(', ');
    throw new LandfallError('LF_SOURCE_COLUMN', {
      source: source.name,
      table: source.table,
      column: missing.join(', '),
      columns,
    });
  }
  const fetched =
    source.columns.length === 0 ? attributes : attributes.filter(({ name }) => needed.includes(name));
  const cursor = source.cursor === null ? null : await cursorOf(client, sql, source, source.cursor);
  const notNull = [...source.key, cursorColumn].every(
    (column) => column !== null && byName.get(column)!.not_null,
  );
  const selectedOf = ({ name, type }: Attribute) => inUtc(`t.${pg.escapeIdentifier(name)}`, Number(type));
  const selected = fetched.map(selectedOf);
  const key = source.key.map((column) => selectedOf(byName.get(column)!));
  return {
    sql,
    columns: fetched.map(({ name }) => name),
    selected,
    extra: cursor === null ? [] : extraOf(source, cursor, { key, selected }),
    key: source.key,
    cursor,
    hasXmin: found[0].kind === 'p' || (found[0].kind === 'r' && found[0].access === 'heap'),
    mayBeNull: !notNull,
  };
}

function extraOf(
  source: TableSource,
  cursor: SourceCursor,
  { key, selected }: { readonly key: readonly string[]; readonly selected: readonly string[] },
): SourceTable['extra'] {
  if (source.sweep == null) return cursor.column === null ? [{ name: atColumn, sql: cursor.selected }] : [];
  if (cursor.kind !== 'time')
    throw new LandfallError('LF_SOURCE_SWEEP', {
      source: source.name,
      table: source.table,
      type: cursor.type,
    });
  return [
    { name: atColumn, sql: instantText(cursor.selected) },
    { name: keyColumn, sql: `json_build_array(${key.map((sql) => `${sql}::text`).join(', ')})::text` },
    { name: rowColumn, sql: `md5(row(${[...selected, cursor.selected].join(', ')})::text)` },
  ];
}

/**
 * The SQL of an instant as a text that sorts as instants do: `2026-11-01 06:00:00.000000`. What has no such text, and
 * null, comes before all others: 1970.
 */
export function instantText(sql: string): string {
  const instant = `(${sql})::timestamp`;
  const known = `case when ${instant} >= '0001-01-01' and ${instant} < '10000-01-01' then ${instant} end`;
  return `to_char(coalesce(${known}, '1970-01-01'), 'YYYY-MM-DD HH24:MI:SS.US')`;
}

/** An expression is checked by the server. */
async function cursorOf(
  client: pg.ClientBase,
  table: string,
  { name, table: place }: TableSource,
  cursor: NonNullable<TableSource['cursor']>,
): Promise<SourceCursor> {
  const column = 'column' in cursor ? cursor.column : null;
  const sql = 'column' in cursor ? `t.${pg.escapeIdentifier(cursor.column)}` : `(${cursor.sql})`;
  const { fields } = await client.query(`select ${sql} as cursor from ${table} t limit 0`).catch((cause) => {
    if (!(cause instanceof pg.DatabaseError)) throw cause;
    throw new LandfallError(
      'LF_SOURCE_CURSOR',
      { source: name, table: place, reason: cause.message },
      { cause },
    );
  });
  const oid = fields[0].dataTypeID;
  const { rows } = await client.query<{ type: string }>('select format_type($1::oid, null) as type', [oid]);
  const kind = timeTypes.has(oid) ? 'time' : numberTypes.has(oid) ? 'number' : 'text';
  return { sql, selected: inUtc(sql, oid), kind, type: rows[0].type, column };
}

/** Sessions are in UTC, so a type without an offset loses nothing, and a definition needs no format with one. */
function inUtc(sql: string, type: number): string {
  return type === timestamptz ? `(${sql} at time zone 'UTC')` : sql;
}

/** The parts of a name, each quoted unless it is. */
export function tableName(name: string): string {
  const parts = name.match(/"(?:[^"]|"")*"|[^.]+/g) ?? [name];
  return parts.map((part) => (part.startsWith('"') ? part : pg.escapeIdentifier(part))).join('.');
}
