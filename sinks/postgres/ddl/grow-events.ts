/** What an earlier definition has left where the facts or the events of a dataset are, and how their view grows. */
import pg from 'pg';
import type { CompiledDataset, CompiledStar } from '../../../model/compiled.ts';
import { eventTableNames } from '../events/table-names.ts';
import { packedName } from '../packed/packed-columns.ts';
import { packedGrowth } from '../packed/packed-growth.ts';
import { columnNames } from './columns-there.ts';
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
  const there = (await columnNames(client, star.schema, star.fact)).map(id);
  if (there.length === 0 || shownColumns(star).every(({ name }) => there.includes(name))) return [];
  return [`create or replace view ${id(star.schema)}.${id(star.fact)} as ${viewSelect(star, there)}`];
}
