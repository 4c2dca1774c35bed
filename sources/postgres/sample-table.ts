/** A look at a table that nobody has described: what the catalogue says of it, and its first rows as CSV. */
import pg from 'pg';
import { csvRecord } from '../../model/file/csv-record.ts';
import { closest } from '../../model/words.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { connectSource, sourceError } from './connect.ts';
import { csvPages, pageBytes } from './csv-pages.ts';
import { copyOut } from './reader.ts';
import { describeTable, tableName } from './table.ts';

export interface CatalogueColumn {
  readonly name: string;
  /** Of a domain the type below it, without what stands in brackets: `numeric`, `timestamp with time zone`. */
  readonly type: string;
  /** Of a numeric that says them: precision and scale. */
  readonly digits: readonly [precision: number, scale: number] | null;
  readonly notNull: boolean;
}

export interface TableSample {
  /** `schema.table`, as a source names it. */
  readonly table: string;
  readonly columns: readonly CatalogueColumn[];
  /** Columns of the primary key, or else of the narrowest unique index whose columns are not null; empty: none. */
  readonly key: readonly string[];
  readonly isPrimary: boolean;
  /** Rows of the table, as the catalogue estimates them. */
  readonly rowsAbout: number;
  /** A header, and the first rows. */
  readonly csv: Uint8Array;
  readonly sampledRows: number;
}

export interface SampleOptions {
  /** The source's name and address. */
  readonly name: string;
  readonly url: string;
  readonly rowsMost: number;
}

/** Tables that an error considers, and those that it names. */
const tablesKnown = 500;
const tablesNamed = 20;

const tablesSql = `select n.nspname as schema, c.relname as name
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname not in ('pg_catalog', 'information_schema')
    and n.nspname !~ '^pg_(toast|temp)' and not c.relispartition
    and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')
  order by 1, 2 limit ${tablesKnown}`;

const columnsSql = `select a.attname as name, a.attnotnull or t.typnotnull as not_null,
    regexp_replace(format_type(coalesce(nullif(t.typbasetype, 0), a.atttypid), -1), '\\(.*\\)', '') as type,
    nullif(greatest(a.atttypmod, t.typtypmod), -1) as modifier
  from pg_attribute a join pg_type t on t.oid = a.atttypid
  where a.attrelid = $1::oid and a.attnum > 0 and not a.attisdropped order by a.attnum`;

const keySql = `select i.indisprimary as primary,
    array(select a.attname::text from unnest(i.indkey::int2[]) with ordinality k (attnum, place)
      join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
      where k.place <= i.indnkeyatts order by k.place) as columns
  from pg_index i where i.indrelid = $1::oid and i.indisunique and i.indisvalid
    and i.indpred is null and i.indexprs is null and not exists (
      select from unnest(i.indkey::int2[]) with ordinality k (attnum, place)
      join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
      where k.place <= i.indnkeyatts and not a.attnotnull)
  order by i.indisprimary desc, i.indnkeyatts, i.indexrelid limit 1`;

/**
 * @throws LandfallError LF_INIT_TABLE, LF_SOURCE_DATABASE_LOST, LF_SOURCE_DATABASE_REFUSED,
 * LF_SOURCE_DATABASE_DENIED, LF_SOURCE_DATABASE_STATEMENT
 */
export async function sampleTable(table: string | undefined, options: SampleOptions): Promise<TableSample> {
  const client = await connectSource(options.name, options.url);
  try {
    return await sampled(client, table, options);
  } catch (error) {
    throw sourceError(error, options.name, table);
  } finally {
    // Rows of the sample may still be on their way.
    client.abandon();
  }
}

async function sampled(
  client: pg.Client,
  named: string | undefined,
  { name, rowsMost }: SampleOptions,
): Promise<TableSample> {
  const { oid, table, rowsAbout } = await findTable(client, named);
  const { rows: attributes } = await client.query<Attribute>(columnsSql, [oid]);
  const { rows: keys } = await client.query<{ primary: boolean; columns: string[] }>(keySql, [oid]);
  const { sql, columns, selected } = await describeTable(client, {
    ...{ name, table, key: [], cursor: null, columns: [] },
  });
  const pages = csvPages(copyOut(client, `select ${selected.join(', ')} from ${sql} t limit ${rowsMost}`), {
    rows: rowsMost,
    bytes: pageBytes,
  });
  const { value: first } = await pages.next();
  return {
    ...{ table, rowsAbout, columns: attributes.map(columnOf) },
    key: keys[0]?.columns ?? [],
    isPrimary: keys[0]?.primary ?? false,
    csv: Buffer.concat([Buffer.from(csvRecord(columns)), ...(first?.pieces ?? [])]),
    sampledRows: first?.rows ?? 0,
  };
}

interface Attribute {
  readonly name: string;
  readonly type: string;
  readonly not_null: boolean;
  readonly modifier: number | null;
}

function columnOf({ name, type, not_null: notNull, modifier }: Attribute): CatalogueColumn {
  // numeric_typmod: precision above 16 bits, and a scale of 11 bits with a sign.
  const packed = (modifier ?? 0) - 4;
  const scale = ((packed & 0x7ff) ^ 1024) - 1024;
  const digits = type === 'numeric' && modifier !== null ? ([packed >> 16, scale] as const) : null;
  return { name, type, digits, notNull };
}

/** Throws LF_INIT_TABLE, with the names that come near. */
async function findTable(
  client: pg.Client,
  named: string | undefined,
): Promise<{ oid: number; table: string; rowsAbout: number }> {
  if (named !== undefined) {
    const { rows } = await client.query<{ oid: number; schema: string; name: string; rows: number }>(
      `select c.oid, n.nspname as schema, c.relname as name, greatest(c.reltuples, 0)::float8 as rows
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.oid = to_regclass($1) and c.relkind in ('r', 'p', 'v', 'm', 'f')`,
      [tableName(named)],
    );
    if (rows.length > 0) {
      const [{ oid, schema, name, rows: rowsAbout }] = rows;
      return { oid, rowsAbout, table: `${part(schema)}.${part(name)}` };
    }
  }
  const { rows: known } = await client.query<{ schema: string; name: string }>(tablesSql);
  throw new LandfallError('LF_INIT_TABLE', { reason: reasonFor(named, known) });
}

function reasonFor(named: string | undefined, known: readonly { schema: string; name: string }[]): string {
  const all = known.map(({ schema, name }) => `${part(schema)}.${part(name)}`);
  const some = `${all.slice(0, tablesNamed).join(', ')}${all.length > tablesNamed ? ', …' : ''}`;
  const there = all.length === 0 ? 'There is none' : `There are: ${some}`;
  if (named === undefined) return `No table is named. ${there}.`;
  const bare = named.split('.').at(-1)!;
  const names = known.map(({ name }) => name);
  const near = closest(bare, names);
  const found = near === null ? -1 : names.indexOf(near);
  return `There is no table ${named}. ${found < 0 ? `${there}.` : `Did you mean ${all[found]}?`}`;
}

/** A part of a name, in quotes if it has a dot. */
function part(name: string): string {
  return /[."]/.test(name) ? pg.escapeIdentifier(name) : name;
}
