/** What an earlier definition has left where the facts or the events of a dataset are, and how their view grows. */
import pg from 'pg';
import type { CompiledDataset, CompiledStar, FactColumn } from '../../../model/compiled.ts';
import { eventTableNames } from '../events/table-names.ts';
import { packedName, packedParts, validName } from '../packed/packed-columns.ts';
import { packedSelect } from '../packed/packed-ddl.ts';
import { modeMark, viewSelect } from './event-ddl.ts';
import { shownColumns } from './event-tables.ts';

const id = pg.escapeIdentifier;

/**
 * Tables of the facts or events of a mode or layout that is not the definition's: a table where a view would be, the
 * tables behind a view where a table would be, or those of events that another key or order has made.
 */
export async function tablesOfOtherMode(
  client: pg.ClientBase,
  dataset: Pick<CompiledDataset, 'star' | 'mode'>,
): Promise<string[]> {
  const { schema, fact, keyed, layout } = dataset.star!;
  const names = eventTableNames(fact);
  const events = [names.current, names.superseded, names.staging, names.scopes];
  const packed = packedName(fact);
  const { rows } = await client.query<{ name: string; kind: string; comment: string | null }>(
    `select c.relname as name, c.relkind as kind, obj_description(c.oid, 'pg_class') as comment
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = $1 and c.relname = any($2::text[]) and c.relkind in ('r', 'p', 'v')`,
    [schema, [fact, packed, ...events]],
  );
  const facts = rows.find(({ name }) => name === fact);
  const current = rows.find(({ name }) => name === names.current);
  const isFactTable = facts !== undefined && facts.kind !== 'v';
  const isPacked = keyed === null && layout === 'packed';
  if (keyed === null && !isPacked && (isFactTable || facts === undefined)) return [];
  if (isFactTable) return [fact];
  if (!isPacked && rows.some(({ name, kind }) => name === packed && kind !== 'v')) return [packed];
  if (current === undefined || (keyed !== null && current.comment?.endsWith(modeMark(dataset)))) return [];
  return events.filter((table) => rows.some(({ name, kind }) => name === table && kind !== 'v'));
}

/** The statement that adds columns to a dataset's view, after those that it has; none if it has all of them. */
export async function viewGrowth(client: pg.ClientBase, star: CompiledStar): Promise<string[]> {
  if (star.keyed === null) return star.layout === 'packed' ? packedGrowth(client, star) : [];
  const there = (await columnsOf(client, star.schema, star.fact)).map(id);
  if (there.length === 0 || shownColumns(star).every(({ name }) => there.includes(name))) return [];
  return [`create or replace view ${id(star.schema)}.${id(star.fact)} as ${viewSelect(star, there)}`];
}

/**
 * The statement that makes a view of packed facts show what the table has, once it has grown. Columns that may have had
 * nulls before show them still.
 */
async function packedGrowth(client: pg.ClientBase, star: CompiledStar): Promise<string[]> {
  const { schema, fact } = star;
  const had = new Set(await columnsOf(client, schema, packedName(fact)));
  if (had.size === 0) return [];
  const there = await columnsOf(client, schema, fact);
  const grows = packedParts(star).some(({ name }) => !had.has(name));
  if (there.length > 0 && !grows) return [];
  const columns = star.columns.map((column): FactColumn => {
    const hadNulls = column.kind === 'value' && had.has(validName(column.name));
    return hadNulls ? { ...column, notNull: false } : column;
  });
  const select = packedSelect({ ...star, columns }, there.map(id));
  return [`create or replace view ${id(schema)}.${id(fact)} as ${select}`];
}

/** The columns of a table or view, in order. None if there is none. */
async function columnsOf(client: pg.ClientBase, schema: string, name: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select a.attname as name
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where n.nspname = $1 and c.relname = $2 and c.relkind in ('r', 'v') order by a.attnum`,
    [schema, name],
  );
  return rows.map((row) => row.name);
}
