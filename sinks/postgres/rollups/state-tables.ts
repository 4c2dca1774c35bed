/**
 * The tables that hold the state of a rollup, and the view that shows it.
 *
 *   _name_hash       one row for each group: group columns, parts, answers
 *   _name_hash_v1    how often each value occurs in a group, for each of `rollup.values`; a view if values are kept by
 *                    chunk (piece-values.ts), in _name_hash_v1_of
 *   name             the view
 *
 * The hash is of the rollup and of the facts that it reads. So a changed rollup is built in tables of its own.
 */
import { createHash } from 'node:crypto';
import type { CompiledStar } from '../../../model/compiled.ts';
import type {
  CompiledRollup,
  RollupInput,
  RollupMeasure,
  RollupValues,
} from '../../../model/compiled-rollup.ts';
import { identifier } from '../ddl/sql-columns.ts';
import { eventTableNames } from '../events/table-names.ts';

import { pickFromValues } from './picks.ts';
import { piecedValues } from './piece-values.ts';

/** Raise it when the same rollup comes to have other tables or another state in them. */
const stateRevision = 3;

/** A rollup with the facts that it reads: what the ledger keeps of it. */
export interface StoredRollup {
  readonly rollup: CompiledRollup;
  readonly schema: string;
  readonly fact: string;
  /** The fact table shows only what files that are done have brought. */
  readonly keyed: boolean;
  /** The facts have no index by which those of a group are found. Absent: they may have one. */
  readonly packed?: true;
}

export function storedRollup(rollup: CompiledRollup, star: CompiledStar): StoredRollup {
  const packed = star.layout === 'packed' ? ({ packed: true } as const) : {};
  return { rollup, schema: star.schema, fact: star.fact, keyed: star.keyed !== null, ...packed };
}

/** The rollup and its facts by their hash: 8 hex digits. */
export function hashOf(stored: StoredRollup): string {
  return createHash('sha256').update(canonicalText({ stateRevision, stored })).digest('hex').slice(0, 8);
}

/** The same text for a value as it was compiled and as the ledger returns it. */
function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_, member) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

/** The name of the state without its schema, of at most 54 bytes: other tables add to it. */
export function stateName(stored: StoredRollup): string {
  return `_${stored.rollup.name.slice(0, 44)}_${hashOf(stored)}`;
}

/** Names for SQL. */
export interface StateNames {
  readonly state: string;
  /** Tables, or views of `pieces`. */
  readonly values: ReadonlyMap<string, string>;
  /** Tables of values that are kept by chunk. */
  readonly pieces: ReadonlyMap<string, string>;
  readonly view: string;
  readonly facts: string;
}

export function stateNames(stored: StoredRollup): StateNames {
  const at = (name: string) => `${identifier(stored.schema)}.${identifier(name)}`;
  const name = stateName(stored);
  return {
    state: at(name),
    values: new Map(stored.rollup.values.map(({ id }) => [id, at(`${name}${id}`)])),
    pieces: new Map(piecedValues(stored).map(({ id }) => [id, at(`${name}${id}_of`)])),
    view: at(stored.rollup.name),
    facts: at(stored.fact),
  };
}

/** All tables of the state, without views. */
export function stateTables(stored: StoredRollup): string[] {
  const { state, values, pieces } = stateNames(stored);
  return [state, ...[...values].map(([id, table]) => pieces.get(id) ?? table)];
}

/** How an index holds a column: a text by its hash, since an index takes no long ones. */
export function indexed(column: string, { isText }: Pick<RollupInput, 'isText'>): string {
  return isText ? `md5(${column})` : column;
}

/** What makes a group's row unique, for `on conflict`. */
export function groupKey({ by }: CompiledRollup): string {
  return by.map((group) => indexed(identifier(group.name), group)).join(', ');
}

/** What makes a value's row unique. */
export function valueKey({ columns }: RollupValues): string {
  return ['_group', ...columns.map((column, i) => indexed(`c${i + 1}`, column))].join(', ');
}

/** Room in each page for the next version of a row, so that indexes need not change with it. */
const storage = 'with (fillfactor = 80)';

/** Creates the tables, empty. May be repeated. */
export function stateDdl(stored: StoredRollup): string[] {
  const { rollup } = stored;
  const names = stateNames(stored);
  const name = stateName(stored);
  const lines = [
    '  _group bigint generated always as identity primary key',
    ...rollup.by.map(({ name, sqlType }) => `  ${identifier(name)} ${sqlType}`),
    ...rollup.parts.map(({ column, sqlType }) => `  ${column} ${sqlType} not null`),
    ...rollup.measures.flatMap(({ answer, sqlType }) =>
      answer === null ? [] : [`  ${answer.column} ${sqlType}`],
    ),
  ];
  return [
    `${about(rollup)}create table if not exists ${names.state} (\n${lines.join(',\n')}\n) ${storage}`,
    `create unique index if not exists ${identifier(`${name}_by`)} on ${names.state} (${groupKey(rollup)}) nulls not distinct`,
    ...rollup.values.flatMap((values) => {
      if (names.pieces.has(values.id)) return piecesDdl(stored, values);
      const columns = values.columns.map(({ sqlType }, i) => `c${i + 1} ${sqlType} not null, `).join('');
      const table = names.values.get(values.id)!;
      return [
        `create table if not exists ${table} (_group bigint not null, ${columns}n bigint not null) ${storage}`,
        `create unique index if not exists ${identifier(`${name}${values.id}_by`)} on ${table} (${valueKey(values)})`,
      ];
    }),
    ...(rollup.measures.some(({ class: kind }) => kind === 'touched') ? [factIndexDdl(stored)] : []),
  ];
}

/** A table of values by chunk, and the view of its values. Compressing arrays takes longer than writing them. */
function piecesDdl(stored: StoredRollup, { id, columns }: RollupValues): string[] {
  const names = stateNames(stored);
  const table = names.pieces.get(id)!;
  const arrays = columns.map(({ sqlType }, i) => {
    const [type, collation] = sqlType.split(' collate ');
    return `c${i + 1} ${type}[] storage external${collation ? ` collate ${collation}` : ''} not null, `;
  });
  const index = (column: string) => identifier(`${stateName(stored)}${id}_of_${column.slice(0, 1)}`);
  const each = columns.map((_, i) => `c${i + 1}`);
  // Of several arrays, unnest does not say which collation its texts have.
  const shown = columns.map(({ isText }, i) => `v.${each[i]}${isText ? ` collate "C" as ${each[i]}` : ''}`);
  return [
    `create table if not exists ${table} (_group bigint not null, chunk_id integer not null, ${arrays.join('')}n bigint[] storage external)`,
    `create index if not exists ${index('group')} on ${table} (_group)`,
    `create index if not exists ${index('chunk')} on ${table} (chunk_id)`,
    `create or replace view ${names.values.get(id)} as
select p._group, ${shown.join(', ')}, coalesce(v.n, 1) as n
from ${table} p, unnest(${each.map((column) => `p.${column}`).join(', ')}, p.n) as v(${each.join(', ')}, n)`,
  ];
}

/** The index by which the facts of a group are found. */
export function factIndexDdl(stored: StoredRollup): string {
  const { rollup, keyed, schema, fact } = stored;
  const table = `${identifier(schema)}.${identifier(keyed ? eventTableNames(fact).current : fact)}`;
  const columns = rollup.by.map((group) => `(${indexed(factColumn(group.sql), group)})`).join(', ');
  return `create index if not exists ${identifier(`${stateName(stored)}_facts`)} on ${table} (${columns})`;
}

/** Without the alias of the fact row: an index has none. */
function factColumn(sql: string): string {
  return sql.replaceAll('f."', '"');
}

/** Comments that say how each measure is kept, and why. */
function about({ name, by, measures, parts, values }: CompiledRollup): string {
  const lines = [
    `The rollup ${name}, by ${by.map((group) => group.name).join(', ')}:`,
    ...measures.map((measure) => `  ${measure.name}: ${measure.class}; ${measure.why}`),
    `  parts: ${parts.map((part) => `${part.column} ${part.about}`).join('; ')}`,
    ...(values.length === 0 ? [] : [`  values: ${values.map((one) => `${one.id} ${one.about}`).join('; ')}`]),
  ];
  return lines.map((line) => `-- ${line}\n`).join('');
}

/**
 * Percentiles of values that are kept by chunk are computed when they are read: most readers want those of a few groups,
 * and otherwise all values would be sorted again for each file.
 */
export function lazyAnswer(stored: StoredRollup, answer: RollupMeasure['answer']): string | null {
  if (answer?.kind !== 'values' || answer.pick.kind !== 'percentile') return null;
  const names = stateNames(stored);
  return names.pieces.has(answer.values)
    ? pickFromValues(answer.pick, names.values.get(answer.values)!)
    : null;
}

/** What the rollup shows of its state: a select. */
export function viewSql(stored: StoredRollup): string {
  const { by, measures } = stored.rollup;
  const groups = by.map(({ name, isText }) => {
    const column = `s.${identifier(name)}`;
    return isText ? `${column} collate "default" as ${identifier(name)}` : column;
  });
  const shown = measures.map(({ name, result, answer, sqlType }) => {
    const value = lazyAnswer(stored, answer) ?? result.replace(/\{(\w+)\}/g, (_, column) => `s.${column}`);
    return `cast(${value} as ${sqlType}) as ${identifier(name)}`;
  });
  return `select\n  ${[...groups, ...shown].join(',\n  ')}\nfrom ${stateNames(stored).state} as s`;
}
