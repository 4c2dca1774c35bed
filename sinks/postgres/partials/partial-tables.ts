/**
 * Tables in which workers leave what they have added up of a chunk.
 *
 *   of groups    chunk_id, and one array for each group column and part: a row has up to 8,192 groups
 *   of values    chunk_id, the group columns, one array for each column of a value, and how often each occurs (n); null
 *                if each occurs once. A row has up to 8,192 values of one group.
 *   of extremes  chunk_id, and one array for each group column and for each column of the least and the greatest value: a
 *                row has up to 8,192 groups
 */
import pg from 'pg';
import type { CompiledRollup, RollupInput, RollupValues } from '../../../model/compiled-rollup.ts';
import { isExtreme } from '../rollups/piece-values.ts';
import { type StoredRollup, stateName } from '../rollups/state-tables.ts';
import { isWorkable } from './chunk-rollup.ts';
import { elementForm } from './input-forms.ts';

interface Column {
  readonly name: string;
  /** The type in which workers send values. */
  readonly sent: string;
  /** The type that rollups keep, without a collation. */
  readonly kept: string;
  /** ` collate "C"` or nothing. */
  readonly collation: string;
}

const quoted = pg.escapeIdentifier;

function inputColumn(name: string, input: RollupInput): Column {
  const [kept, collation] = input.sqlType.split(' collate ');
  return { name, sent: elementForm(input).kind, kept, collation: collation ? ` collate ${collation}` : '' };
}

const groupColumns = ({ by }: CompiledRollup) => by.map((group) => inputColumn(group.name, group));

const partColumns = ({ parts }: CompiledRollup) =>
  parts.map(({ column, sqlType }): Column => ({ name: column, sent: sqlType, kept: sqlType, collation: '' }));

const valueColumns = ({ columns }: RollupValues) =>
  columns.map((input, i) => inputColumn(`c${i + 1}`, input));

/** The columns of greatest values, where only extremes are sent. */
const greatestColumns = (values: RollupValues) =>
  valueColumns(values).map((column) => ({ ...column, name: `${column.name}_most` }));

const extremeColumns = (rollup: CompiledRollup, values: RollupValues) => [
  ...groupColumns(rollup),
  ...valueColumns(values),
  ...greatestColumns(values),
];

/** Columns that workers send, in the order of COPY rows. `values`: null for the table of groups. */
export function sentColumns(rollup: CompiledRollup, values: RollupValues | null): string[] {
  if (values !== null && isExtreme(rollup, values))
    return ['chunk_id', ...extremeColumns(rollup, values).map(({ name }) => name)];
  const groups = groupColumns(rollup);
  const rest = values === null ? partColumns(rollup) : valueColumns(values);
  const names = ['chunk_id', ...[...groups, ...rest].map(({ name }) => name)];
  return values === null ? names : [...names, 'n'];
}

interface PartialTable {
  /** Null: of groups. Otherwise the values' id. */
  readonly values: string | null;
  readonly name: string;
  /** With its schema, quoted. */
  readonly sql: string;
}

/** That of the groups first. None if workers cannot add up the rollup. */
export function partialTables(stored: StoredRollup): PartialTable[] {
  const { rollup, schema, keyed } = stored;
  if (keyed || !isWorkable(rollup)) return [];
  return [null, ...rollup.values.map(({ id }) => id)].map((values) => {
    const name = `${stateName(stored)}_p${values ?? ''}`;
    return { values, name, sql: `${quoted(schema)}.${quoted(name)}` };
  });
}

/** Creates the tables, empty. May be repeated. */
export function partialsDdl(stored: StoredRollup): string[] {
  const { rollup } = stored;
  return partialTables(stored).flatMap(({ values, name, sql }) => [
    partialDdl(sql, rollup, rollup.values.find(({ id }) => id === values) ?? null),
    `create index if not exists ${quoted(`${name}_chunk`)} on ${sql} (chunk_id)`,
  ]);
}

/** `name`: of the table, quoted. Arrays are stored as they are: compressing them takes longer than writing them. */
export function partialDdl(name: string, rollup: CompiledRollup, values: RollupValues | null): string {
  const array = ({ name, sent }: Column) => `${quoted(name)} ${sent}[] storage external not null`;
  const groups = groupColumns(rollup);
  const columnsDdl = () => {
    if (values === null) return [...groups, ...partColumns(rollup)].map(array);
    if (isExtreme(rollup, values)) return extremeColumns(rollup, values).map(array);
    const plain = groups.map(({ name, sent }) => `${quoted(name)} ${sent}`);
    return [...plain, ...valueColumns(values).map(array), 'n bigint[] storage external'];
  };
  return `create table if not exists ${name} (chunk_id integer not null, ${columnsDdl().join(', ')})`;
}

/**
 * The elements of arrays of a row `t`, side by side. In the select list they come one by one: a function in FROM first
 * stores them all, and takes four times as long.
 */
function elements(columns: readonly string[]): string {
  return columns.map((column) => `unnest(t.${column}) as ${column}`).join(', ');
}

/** A select of the group columns and parts of the chunks in $1, times `sign`. A group may come more than once. */
export function partialGroups(name: string, rollup: CompiledRollup, sign: 1 | -1 = 1): string {
  const groups = groupColumns(rollup);
  const parts = partColumns(rollup);
  const names = [...groups, ...parts].map((column) => quoted(column.name));
  const signed = parts.map(({ name }) => `${sign === 1 ? '' : '-'}p.${quoted(name)} as ${quoted(name)}`);
  const shown = [...groups.map(keptFrom('p')), ...signed].join(', ');
  return `select ${shown} from (select ${elements(names)} from ${name} t where t.chunk_id = any($1)) p`;
}

/** A select of the group columns, the value's columns and how often it occurs times `sign`, of the chunks in $1. */
export function partialValues(
  name: string,
  rollup: CompiledRollup,
  values: RollupValues,
  sign: 1 | -1 = 1,
): string {
  const columns = valueColumns(values);
  const names = [...columns.map((column) => quoted(column.name)), 'n'];
  const groups = groupColumns(rollup);
  const shown = [...groups, ...columns].map(keptFrom('p'));
  const plain = groups.map((column) => `t.${quoted(column.name)}, `).join('');
  return `select ${shown.join(', ')}, ${sign} * coalesce(p.n, 1) as n
    from (select ${plain}${elements(names)} from ${name} t where t.chunk_id = any($1)) p`;
}

/**
 * The same by group and chunk: the group columns, chunk_id, and an array for each column of the values, and n. Extremes
 * are by group and file, with one of its chunks that have the group: $2 has the file of each chunk in $1.
 */
export function partialArrays(name: string, rollup: CompiledRollup, values: RollupValues): string {
  if (isExtreme(rollup, values)) return partialExtremes(name, rollup, values);
  const arrays = valueColumns(values).map(
    ({ name: column, kept, collation }) => `cast(t.${column} as ${kept}[])${collation} as ${column}`,
  );
  const shown = [...groupColumns(rollup).map(keptFrom('t')), 't.chunk_id', ...arrays, 't.n'];
  return `select ${shown.join(', ')} from ${name} t where t.chunk_id = any($1)`;
}

function partialExtremes(name: string, rollup: CompiledRollup, values: RollupValues): string {
  const all = extremeColumns(rollup, values);
  const names = all.map((column) => quoted(column.name));
  const rows = `select ${all.map(keptFrom('p')).join(', ')}, chunk_id, file
    from (
      select ${elements(names)}, t.chunk_id, of.file
      from ${name} t join unnest($1::integer[], $2::integer[]) as of (chunk_id, file) using (chunk_id)
      where t.chunk_id = any($1)
    ) p`;
  const groups = groupColumns(rollup).map((column) => quoted(column.name));
  const least = valueColumns(values);
  const greatest = greatestColumns(values);
  const arrays = least.map(
    (column, c) => `array[${first(least, c, '')}, ${first(greatest, c, ' desc')}] as ${column.name}`,
  );
  return `select ${groups.join(', ')}, min(chunk_id) as chunk_id, ${arrays.join(', ')}, null::bigint[] as n
    from (${rows}) p group by ${[...groups, 'file'].join(', ')}`;
}

/** Types of which PostgreSQL has no least and greatest value. */
const withoutExtremes = ['boolean', 'uuid'];

/** Column c of the first of several values. */
function first(columns: readonly Column[], c: number, direction: '' | ' desc'): string {
  const names = columns.map(({ name }) => quoted(name));
  if (columns.length === 1 && !withoutExtremes.includes(columns[0].kept))
    return `${direction === '' ? 'min' : 'max'}(${names[0]})`;
  return `(array_agg(${names[c]} order by ${names.map((name) => `${name}${direction}`).join(', ')}))[1]`;
}

const keptFrom =
  (alias: string) =>
  ({ name, kept, collation }: Column): string =>
    `cast(${alias}.${quoted(name)} as ${kept})${collation} as ${quoted(name)}`;
