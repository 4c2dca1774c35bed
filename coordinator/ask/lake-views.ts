/**
 * The SQL with which DuckDB shows a dataset of the lake as a view: the parts of the manifest, without the rows that a
 * later event has replaced, and the versions of a history. docs/sinks.md says the same by hand.
 */
import { join } from 'node:path';
import pg from 'pg';
import type { LakeContent } from '../../ledger/tables/lake/parts.ts';
import type { CompiledDataset } from '../../model/compiled.ts';
import { typeOf } from '../../model/types/column-types.ts';

/** What of a dataset's definition the view depends on; absent: the dataset has no definition any more. */
export type ViewDefinition = Pick<CompiledDataset, 'columns' | 'enrichments' | 'lake' | 'star'>;

export interface LakeView {
  readonly view: string;
  /** The statement that makes a table in the schema `landfall`, which the view reads, and its name. */
  readonly places: { readonly sql: string; readonly name: string };
  /** What belongs into it. */
  readonly rows: LakeContent['deleted'] | LakeContent['versions'];
}

/** The SQL of a dataset's view. Null: there is no part. */
export function lakeView(
  dataset: string,
  { parts, deleted, versions }: LakeContent,
  { lake, definition }: { lake: string; definition: ViewDefinition | undefined },
): LakeView | null {
  if (parts.length === 0) return null;
  const keyed = definition?.star?.keyed ?? null;
  // Files may have been loaded when the dataset was in another mode.
  const isHistory = keyed?.kind === 'history' || versions.length > 0;
  const hasPlaces = isHistory || keyed !== null || deleted.length > 0;
  const partial = partialParts(parts);
  const alike = new Map<string, LakePart[]>();
  for (const part of parts) {
    const kind = part.shared_rows === null ? 'own' : partial.has(part.path) ? 'partial' : 'whole';
    const key = `${kind} ${foldersOf(part.path).join('/')}`;
    const known = alike.get(key) ?? [];
    alike.set(key, known);
    known.push(part);
  }
  const reads = [...alike.values()].map((some) =>
    readParts(some, lake, definition, { withChunk: hasPlaces, isPartial: partial.has(some[0].path) }),
  );
  // Parts that were written before the dataset had a mode have no column _row.
  if (hasPlaces) reads.unshift('select cast(null as integer) as _row where false');
  const all = reads.join('\nunion all by name\n');
  const name = `places of ${dataset}`;
  const places = `landfall.${pg.escapeIdentifier(name)}`;
  const joined = hasPlaces ? shownRows(all, places, isHistory, keyed?.order?.sqlType ?? 'varchar') : all;
  return {
    view: `create view ${pg.escapeIdentifier(dataset)} as ${joined}`,
    places: {
      name,
      sql: `create table ${places} (chunk_id integer, row integer, valid_from varchar, valid_to varchar)`,
    },
    rows: isHistory ? versions : deleted,
  };
}

/** Of a history, the rows that begin versions; else the rows that no later event has replaced. */
function shownRows(events: string, places: string, isHistory: boolean, orderType: string): string {
  const place = `${places} t on e._chunk = t.chunk_id and e._row = t.row`;
  const rows = `with events as (${events}) select e.* exclude (_chunk, _row)`;
  if (!isHistory) return `${rows} from events e anti join ${place}`;
  const valid = ['valid_from', 'valid_to'].map((name) => `cast(t.${name} as ${orderType}) as ${name}`);
  return `${rows}, ${valid.join(', ')} from events e join ${place}`;
}

type LakePart = LakeContent['parts'][number];

/** Parts that chunks share, of which not all rows count. */
function partialParts(parts: readonly LakePart[]): ReadonlySet<string> {
  const rest = new Map<string, number>();
  for (const { path, rows, shared_rows: shared } of parts)
    if (shared !== null) rest.set(path, (rest.get(path) ?? shared) - rows);
  return new Set([...rest].flatMap(([path, rows]) => (rows === 0 ? [] : path)));
}

/**
 * The rows of parts that lie equally deep, perhaps with their chunk. Either all of them have the rows of one chunk, or all
 * are shared by several, and have the column _chunk. `isPartial`: not all of their rows count.
 */
function readParts(
  parts: readonly LakePart[],
  lake: string,
  definition: ViewDefinition | undefined,
  { withChunk, isPartial }: { readonly withChunk: boolean; readonly isPartial: boolean },
): string {
  const isShared = parts[0].shared_rows !== null;
  const paths = [...new Set(parts.map(({ path }) => path))];
  const files = paths.map((path) => literal(escapedGlob(placeOf(lake, path))));
  const isOneVersion = new Set(parts.map(({ version }) => version)).size === 1;
  const types = hiveTypes(foldersOf(parts[0].path), definition);
  const options = [
    'hive_partitioning = true',
    ...(types === '' ? [] : [`hive_types = {${types}}`]),
    ...(isOneVersion ? [] : ['union_by_name = true']),
  ].join(', ');
  const read = `read_parquet([${files.join(', ')}], ${options}`;
  if (!isPartial && (isShared || !withChunk))
    return `select *${isShared && !withChunk ? ' exclude (_chunk)' : ''} from ${read})`;
  const chunks = parts
    .map(({ path, chunk_id }) => `(${literal(placeOf(lake, path))}, ${chunk_id})`)
    .join(', ');
  const joined = `from ${read}, filename = '_part') p
    join (values ${chunks}) c(part, chunk) on c.part = p._part`;
  if (!isShared) return `select p.* exclude (_part), c.chunk as _chunk ${joined}`;
  return `select p.* exclude (_part${withChunk ? '' : ', _chunk'}) ${joined} and c.chunk = p._chunk`;
}

/** The names of the partition columns of a part: `year=2018/month=05/f1.parquet` → year, month. */
function foldersOf(path: string): string[] {
  return path
    .split('/')
    .slice(0, -1)
    .filter((folder) => folder.includes('='))
    .map((folder) => folder.slice(0, folder.indexOf('=')));
}

/** `'year': SMALLINT, …` of the columns that the definition still partitions by. DuckDB guesses the others. */
function hiveTypes(names: readonly string[], definition: ViewDefinition | undefined): string {
  const columns = definition?.lake.partitionBy.filter(({ name }) => names.includes(name)) ?? [];
  return columns
    .flatMap(({ name, vector }) => {
      const logical = [...definition!.columns, ...definition!.enrichments].find(
        (column) => column.name === vector,
      )?.logical;
      return logical === undefined ? [] : [`${literal(name)}: ${duckType(typeOf(logical).sql(logical))}`];
    })
    .join(', ');
}

/** PostgreSQL's name of a type is DuckDB's as well, for those that may be partitions. */
function duckType(name: string): string {
  return name === 'text' ? 'varchar' : name;
}

function placeOf(lake: string, path: string): string {
  return lake.includes('://') ? `${lake.replace(/\/$/, '')}/${path}` : join(lake, path);
}

/** DuckDB takes paths for patterns. */
function escapedGlob(path: string): string {
  return path.replace(/[*?[]/g, '[$&]');
}

/** A text as a literal of SQL. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
