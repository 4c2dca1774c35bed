/**
 * A definition that grew, and a star that is there already: what is only more is added (a column, an
 * attribute of a dimension, nulls where there were none); rows of before have null there, and 0, the
 * unknown member, as the key of a new dimension. What would change or lose values is an error that says
 * which statement a person may run.
 *
 * Facts come before dimensions: a chunk under way holds the facts and may still make members, so that
 * who waits for it must not hold the dimensions.
 */
import pg from 'pg';
import { earlierStars, type StarColumn, starColumns } from '../../../ledger/tables/stars.ts';
import type { CompiledDataset, CompiledDimension, CompiledStar } from '../../../model/compiled.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { keySqlType, sqlType } from './ddl.ts';

/** How long to wait for chunks that are being copied: meanwhile others wait behind us. Then once more. */
const lockTimeout = '10s';

/** A column as the definition wants it. */
interface Wanted {
  readonly name: string;
  /** A member's key: of another type it is another key. */
  readonly isKey: boolean;
  /** As a definition's DDL has it. */
  readonly type: string;
  readonly notNull: boolean;
  /** Of a column that is added: what rows of before have; null for null. */
  readonly before: string | null;
}

interface WantedTable {
  readonly table: string;
  readonly columns: readonly Wanted[];
  /** Natural key; null for facts. */
  readonly key: readonly string[] | null;
  /** Members' keys are hashes of the natural one, which has no constraint of its own. */
  readonly hashed: boolean;
}

/**
 * Alters the tables that are there already so that the definition's rows fit, in the caller's transaction.
 * Throws LF_STAR_CHANGED where that is not only adding; then nothing is altered.
 */
export async function growStar(client: pg.ClientBase, dataset: CompiledDataset): Promise<void> {
  const { star } = dataset;
  if (star === null) return;
  const wanted = wantedTables(star);
  const tables = wanted.map(({ table }) => table);
  const found = await starColumns(client, star.schema, tables);
  if (found.length === 0) return;
  const earlier = await earlierStars(client, dataset.name);
  const before = earlier.filter(({ schema }) => schema === star.schema).flatMap(wantedTables);
  const given = namesGiven(before);
  const statements: string[] = [];
  const mistakes: Mistake[] = [];
  for (const table of wanted) {
    const columns = found.filter((column) => column.table === table.table);
    if (columns.length === 0) continue;
    const at = `${pg.escapeIdentifier(star.schema)}.${pg.escapeIdentifier(table.table)}`;
    statements.push(...additions(at, table, columns));
    mistakes.push(...changes(at, table, columns, given.get(table.table) ?? new Set()));
    mistakes.push(...keyChanges(table, columns, before));
  }
  if (mistakes.length > 0) throw changed(dataset, mistakes);
  if (statements.length === 0) return;
  await client.query(`set local lock_timeout = '${lockTimeout}'`);
  for (const statement of statements) await client.query(statement);
  await client.query('set local lock_timeout to default');
}

function wantedTables(star: CompiledStar): WantedTable[] {
  const facts = star.columns.map((column): Wanted => {
    const { name } = column;
    if (column.kind === 'value')
      return { name, isKey: false, type: sqlType(column.logical), notNull: column.notNull, before: null };
    const isKey = column.kind === 'dimension';
    const type = isKey ? keySqlType(star.dimensions[column.dimension]) : 'integer';
    return { name, isKey, type, notNull: true, before: '0' };
  });
  const lookups = new Map<string, WantedTable>();
  for (const dimension of star.dimensions) {
    if (dimension.kind === 'lookup') lookups.set(dimension.table, lookupTable(dimension));
  }
  return [{ table: star.fact, columns: facts, key: null, hashed: false }, ...lookups.values()];
}

function lookupTable(dimension: Extract<CompiledDimension, { kind: 'lookup' }>): WantedTable {
  const { table, key, natural, attributes, hashed = false } = dimension;
  const columns = [...natural, ...attributes].map(({ name, logical }): Wanted => {
    const isKey = hashed && natural.some((column) => column.name === name);
    return { name, isKey, type: sqlType(logical), notNull: false, before: null };
  });
  const surrogate = { name: key, isKey: true, type: keySqlType(dimension), notNull: true, before: null };
  return { table, columns: [surrogate, ...columns], key: natural.map(({ name }) => name), hashed };
}

/** Names that earlier definitions gave the columns of each table: others are a person's own. */
function namesGiven(before: readonly WantedTable[]): Map<string, Set<string>> {
  const given = new Map<string, Set<string>>();
  for (const { table, columns } of before) {
    const names = given.get(table) ?? new Set();
    for (const { name } of columns) names.add(name);
    given.set(table, names);
  }
  return given;
}

/** Statements that add what the table lacks. */
function additions(at: string, { columns }: WantedTable, found: readonly StarColumn[]): string[] {
  return columns.flatMap(({ name, type, notNull, before }) => {
    const column = pg.escapeIdentifier(name);
    const there = found.find((one) => one.name === name);
    if (there === undefined) {
      const rest = before === null ? '' : ` not null default ${before}`;
      return [`alter table ${at} add column ${column} ${type}${rest}`];
    }
    return there.not_null && !notNull ? [`alter table ${at} alter column ${column} drop not null`] : [];
  });
}

interface Mistake {
  readonly what: string;
  readonly statement: string | null;
}

/** What the definition wants otherwise than the table has it. */
function changes(
  at: string,
  { table, columns }: WantedTable,
  found: readonly StarColumn[],
  given: ReadonlySet<string>,
): Mistake[] {
  const wanted = new Map(columns.map((column) => [column.name, column]));
  const mistakes: Mistake[] = [];
  for (const { name, type } of found) {
    const column = wanted.get(name);
    if (column === undefined && given.has(name)) {
      const statement = `alter table ${at} drop column ${pg.escapeIdentifier(name)}`;
      mistakes.push({ what: `${table}.${name} is not in the definition any more`, statement });
    } else if (column !== undefined && typeName(column.type) !== type) {
      const change = `alter table ${at} alter column ${pg.escapeIdentifier(name)} type ${column.type}`;
      const statement = column.isKey ? null : change;
      mistakes.push({ what: `${table}.${name} is ${type}, not ${typeName(column.type)}`, statement });
    }
  }
  return mistakes;
}

/** The natural key, where it is another one. A hash also depends on the order of its columns. */
function keyChanges(
  { table, key, hashed }: WantedTable,
  found: readonly StarColumn[],
  before: readonly WantedTable[],
): Mistake[] {
  if (key === null) return [];
  const constraint = found.filter((column) => column.in_key).map(({ name }) => name);
  const hashedBefore = before.flatMap((one) =>
    one.table === table && one.hashed && one.key !== null ? [one.key] : [],
  );
  const keys = hashed ? hashedBefore : [constraint];
  const order = (names: readonly string[]) => (hashed ? names : [...names].sort()).join();
  const other = keys.find((names) => order(names) !== order(key));
  if (other === undefined) return [];
  const what = `the natural key of ${table} is (${other.join(', ')}), not (${key.join(', ')})`;
  return [{ what, statement: null }];
}

/** As the server calls the type. */
function typeName(type: string): string {
  return type.replace('timestamptz', 'timestamp with time zone').replaceAll(', ', ',');
}

function changed(dataset: CompiledDataset, mistakes: readonly Mistake[]): LandfallError {
  const statements = mistakes.flatMap(({ statement }) => (statement === null ? [] : [`\`${statement}\``]));
  const byHand = statements.length === 0 ? '' : `, or change the table by hand: ${statements.join(', ')}`;
  return new LandfallError('LF_STAR_CHANGED', {
    dataset: dataset.name,
    differences: mistakes.map(({ what }) => what).join('; '),
    byHand,
  });
}
