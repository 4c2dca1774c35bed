/** The tables of a keyed dataset as they are in the database, and the SQL that all modes share. */
import pg from 'pg';
import type { CompiledStar, KeyedStar } from '../../../model/compiled.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { eventTableNames, memberColumn, shownColumn } from './table-names.ts';

const id = pg.escapeIdentifier;

/** A column of events that people are shown. All names are quoted. */
export interface ShownColumn {
  readonly name: string;
  /** The column of F_current with the value from another event of the key, if there is one. */
  readonly other: string | null;
  /** A dimension's key, which is 0 and not null where the file has no value. */
  readonly isMember: boolean;
}

export interface EventLayout {
  readonly keyed: KeyedStar;
  /** Qualified and quoted. */
  readonly current: string;
  readonly superseded: string;
  readonly staging: string;
  readonly scopes: string;
  /** Quoted columns that both tables have: an event moves with all of them, whichever definition it came with. */
  readonly columns: readonly string[];
  /** Quoted columns that the file's definition fills. */
  readonly filled: readonly string[];
  readonly shown: readonly ShownColumn[];
  /** SQL of what a column has for events whose definition lacks it, by its quoted name. */
  readonly missing: ReadonlyMap<string, string>;
}

/** Null where a person has dropped a table. */
export async function eventLayout(
  client: pg.Pool | pg.ClientBase,
  star: CompiledStar,
): Promise<EventLayout | null> {
  const { keyed, schema, fact } = star;
  if (keyed === null) throw new LandfallError('LF_INTERNAL', { reason: `${fact} has no events` });
  const names = eventTableNames(fact);
  const at = (name: string) => `${id(schema)}.${id(name)}`;
  const { rows } = await client.query<{ table: string; name: string; missing: string }>(
    `select c.relname::text as table, a.attname::text as name, 
       coalesce(pg_get_expr(d.adbin, d.adrelid), 'null') || '::' || format_type(a.atttypid, a.atttypmod) as missing
     from pg_class c
     join pg_namespace n on n.oid = c.relnamespace
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
     where n.nspname = $1 and c.relname = any($2::text[]) and c.relkind in ('r', 'p') order by a.attnum`,
    [schema, [names.current, names.superseded]],
  );
  const current = rows.filter(({ table }) => table === names.current);
  const superseded = new Set(rows.filter(({ table }) => table === names.superseded).map(({ name }) => name));
  if (current.length === 0 || superseded.size === 0) return null;
  const inCurrent = new Set(current.map(({ name }) => name));
  const columns = current.filter(({ name }) => superseded.has(name));
  return {
    keyed,
    current: at(names.current),
    superseded: at(names.superseded),
    staging: at(names.staging),
    scopes: at(names.scopes),
    columns: columns.map(({ name }) => id(name)),
    filled: [
      ...star.columns.map(({ name }) => id(name)),
      ...(keyed.seen === undefined ? [] : [id('_landed')]),
    ],
    shown: columns.filter(({ name }) => !name.startsWith('_')).map(({ name }) => asShown(name, inCurrent)),
    missing: new Map(columns.map(({ name, missing }) => [id(name), missing])),
  };
}

function asShown(name: string, inCurrent: ReadonlySet<string>): ShownColumn {
  const value = shownColumn(name);
  const member = memberColumn(name);
  const isMember = inCurrent.has(member);
  const other = isMember ? member : inCurrent.has(value) ? value : null;
  return { name: id(name), other: other && id(other), isMember };
}

interface Shown {
  readonly keyed: KeyedStar;
  readonly shown: readonly ShownColumn[];
}

/** The select list of rows of F_current as people see them. */
export function shownList(shown: Shown, alias: string): string {
  return shownItems(shown, alias)
    .map(({ item }) => item)
    .join(', ');
}

/** The same item by item, each with the quoted name of its column. */
export function shownItems({ keyed, shown }: Shown, alias: string): { name: string; item: string }[] {
  const items = shown.map(({ name, other, isMember }) => {
    if (other === null) return { name, item: `${alias}.${name}` };
    if (keyed.kind === 'history') return { name, item: `${alias}.${other} as ${name}` };
    const values = isMember
      ? `nullif(${alias}.${name}, 0), ${alias}.${other}, 0`
      : `${alias}.${name}, ${alias}.${other}`;
    return { name, item: `coalesce(${values}) as ${name}` };
  });
  return [
    ...items,
    ...addedColumns({ keyed }).map(({ name, from }) => ({ name, item: `${alias}.${from} as ${name}` })),
  ];
}

/** The columns that the view adds to those of the definition, quoted, each with the column of F_current that it shows. */
export function addedColumns({
  keyed: { kind, seen },
}: Pick<EventLayout, 'keyed'>): { name: string; from: string }[] {
  const versions = [
    { name: id('valid_from'), from: '_order' },
    { name: id('valid_to'), from: '_valid_to' },
  ];
  const times = [
    { name: seen?.created ?? null, from: '_created' },
    { name: seen?.updated ?? null, from: '_updated' },
  ];
  return [
    ...(kind === 'history' ? versions : []),
    ...times.flatMap(({ name, from }) => (name === null ? [] : [{ name: id(name), from }])),
  ];
}

/** Whether what people are shown of an event may change although it stays current. */
export function changesAlone({ keyed: { kind, nulls, seen } }: Pick<EventLayout, 'keyed'>): boolean {
  return kind === 'history' || nulls === 'keep' || seen !== undefined;
}

/** True for a row that people are not shown. */
export function deleted({ keyed }: Pick<EventLayout, 'keyed'>, alias: string): string {
  return keyed.deleted ? `${alias}._deleted` : 'false';
}

/** The columns that order the events of a key, in order. */
function rankColumns({ order, deleted, keep }: KeyedStar): string[] {
  const columns = ['_hash'];
  if (deleted && keep === 'last') columns.unshift('_deleted');
  if (order !== null) columns.unshift('_order');
  return columns;
}

/** An `order by` list that puts the event first that is current. */
export function bestFirst({ keyed }: EventLayout, alias: string): string {
  const direction = keyed.keep === 'last' ? ' desc' : '';
  return rankColumns(keyed)
    .map((column) => `${alias}.${column}${direction}`)
    .join(', ');
}

/** True if event `a` is current rather than event `b` of the same key. */
export function beats({ keyed }: EventLayout, a: string, b: string): string {
  const row = (alias: string) =>
    `(${rankColumns(keyed)
      .map((column) => `${alias}.${column}`)
      .join(', ')})`;
  return `${row(a)} ${keyed.keep === 'last' ? '>' : '<'} ${row(b)}`;
}

/** The scope of every event of a dataset without scopes. */
export const everything = "'00000000-0000-0000-0000-000000000000'::uuid";

/** The scopes of a snapshot: a query of `_scope`. */
export function scopesOf({ keyed }: EventLayout, staged: string): string {
  return keyed.scoped ? `select distinct _scope from ${staged}` : `select ${everything} as _scope`;
}

/** A list of columns, each of the alias. */
export function listOf(columns: readonly string[], alias?: string): string {
  return columns.map((column) => (alias === undefined ? column : `${alias}.${column}`)).join(', ');
}

/** Quoted names of the columns that people are shown, without those of versions. */
export function namesOf({ shown }: EventLayout): string[] {
  return shown.map(({ name }) => name);
}
