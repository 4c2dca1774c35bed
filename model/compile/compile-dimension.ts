/** Compiles the dimensions of a star, and checks that roles which share a table agree on it. */
import type { ChangingAttributes, CompiledDimension, DimensionColumn } from '../compiled.ts';
import type { DatasetDefinition } from '../language/define.ts';
import type { Dimension, LookupDimension, TimeDimension } from '../language/star.ts';
import type { TypeName } from '../types/column-types.ts';
import { typeOf } from '../types/column-types.ts';
import { list, shown } from '../words.ts';
import { checkIdentifier, type Names, nameAt, refuseRepeats } from './compile-names.ts';
import type { Mistakes } from './mistakes.ts';

/** `lookup('dim_region', …)` has the key region_key, whatever its roles in the fact table are called. */
function keyOfTable(table: string): string {
  return `${table.replace(/^dim_/, '')}_key`;
}

/** Dimensions by the key columns that point to them; none if there is no star. */
export function dimensionsOf({ star }: DatasetDefinition): Readonly<Record<string, Dimension>> {
  return star === 'none' ? {} : (star.dimensions ?? {});
}

/** Vectors that a dimension reads as text or key. The times that dimensions read stay in the fact table. */
export function vectorsOf(dimension: CompiledDimension): string[] {
  if (dimension.kind !== 'lookup') return [];
  return [...dimension.natural, ...dimension.attributes].map(({ vector }) => vector);
}

export function compileDimension(
  role: string,
  dimension: Dimension,
  names: Names,
  mistakes: Mistakes,
): CompiledDimension {
  const place = `star.dimensions.${role}`;
  checkIdentifier(role, place, mistakes);
  checkIdentifier(dimension.table, `${place} (table)`, mistakes);
  const base = { table: dimension.table, key: keyOfTable(dimension.table) };
  if (dimension.kind === 'date') {
    nameAt(names, dimension.column, place, mistakes, 'day');
    if (base.key === 'date') mistakes.add(place, 'its key would be named date', 'Rename the table');
    return { kind: 'date', ...base, vector: dimension.column };
  }
  if (dimension.kind === 'time') {
    checkTime(dimension, place, names, mistakes);
    return { kind: 'time', ...base, vector: dimension.column, grain: dimension.grain };
  }
  return compileLookup(dimension, base, place, names, mistakes);
}

function compileLookup(
  dimension: LookupDimension,
  base: { readonly table: string; readonly key: string },
  place: string,
  names: Names,
  mistakes: Mistakes,
): CompiledDimension {
  const read = (columns: Readonly<Record<string, string>>): DimensionColumn[] =>
    Object.entries(columns).flatMap(([name, vector]) => {
      checkIdentifier(name, place, mistakes);
      const named = nameAt(names, vector, `${place} (${name})`, mistakes, 'member');
      return named === null ? [] : [{ name, vector, logical: named.logical }];
    });
  if (Object.keys(dimension.natural).length === 0) {
    mistakes.add(
      place,
      'it has no natural key',
      "Name at least one column: lookup('dim_region', { name: 'region' })",
    );
  }
  const natural = read(dimension.natural);
  const attributes = read(dimension.attributes);
  refuseRepeats(
    [base.key, ...natural, ...attributes].map((c) => (typeof c === 'string' ? c : c.name)),
    place,
    mistakes,
  );
  if (!['generated', 'hashed'].includes(dimension.keys))
    mistakes.add(`${place} (keys)`, `there is no ${dimension.keys}`, "Say 'generated' or 'hashed'");
  const hashed = dimension.keys === 'hashed' && { hashed: true as const };
  const changing = compileChanging(dimension, place, names, mistakes);
  return { kind: 'lookup', ...base, ...hashed, natural, attributes, ...(changing && { changing }) };
}

const times: readonly TypeName[] = ['timestamp', 'time'];
const grains = ['hour', 'minute', 'second'];

function checkTime(dimension: TimeDimension, place: string, names: Names, mistakes: Mistakes): void {
  const named = nameAt(names, dimension.column, place, mistakes);
  if (named !== null && !times.includes(named.logical.type))
    mistakes.add(place, `${dimension.column} is a ${named.logical.type}`, `Name a ${list(times, 'or')} here`);
  if (!grains.includes(dimension.grain))
    mistakes.add(
      `${place} (grain)`,
      `there is no ${shown(dimension.grain)}`,
      "Say 'hour', 'minute' or 'second'",
    );
}

/** Types whose values have an order and fit in 64 bits. */
const ordered: readonly TypeName[] = ['smallint', 'integer', 'bigint', 'numeric', 'date', 'timestamp'];
/** Types of which a version can be valid from a value to another. */
const instants: readonly TypeName[] = ['date', 'timestamp'];
/** Digits of a numeric that fits in 64 bits. */
const digitsMost = 18;
/** Characters of a table's name, so that the names of the tables beside it have at most 63. */
const tableNameMost = 54;

/** Names that attributes cannot have, because the tables of besideTables have them. */
const besideColumns = ['chunk_id', 'valid_from', 'valid_to'];

/** Undefined if members keep the attributes that they had first. */
function compileChanging(
  { table, attributes, mode, by }: LookupDimension,
  place: string,
  names: Names,
  mistakes: Mistakes,
): ChangingAttributes | undefined {
  if (mode === 'first') {
    if (by !== undefined)
      mistakes.add(`${place} (by)`, "attributes: 'first' has no by", "Say attributes: 'latest' or 'history'");
    return undefined;
  }
  if (mode !== 'latest' && mode !== 'history') {
    mistakes.add(`${place} (attributes)`, `there is no ${shown(mode)}`, "Say 'first', 'latest' or 'history'");
    return undefined;
  }
  if (Object.keys(attributes).length === 0)
    mistakes.add(
      `${place} (attributes)`,
      'it has no attributes',
      `Name them, or remove attributes: '${mode}'`,
    );
  for (const name of Object.keys(attributes)) {
    if (name.startsWith('_') || besideColumns.includes(name))
      mistakes.add(place, `${name} is a column that Landfall keeps beside the attributes`, 'Rename yours');
  }
  if (table.length > tableNameMost)
    mistakes.add(
      place,
      `${table} is longer than ${tableNameMost} characters`,
      'Give the table a shorter name',
    );
  const at = `${place} (by)`;
  if (by === undefined) {
    mistakes.add(at, 'nothing says which attributes are the latest', "Name a column: by: 'updated_at'");
    return undefined;
  }
  const named = nameAt(names, by, at, mistakes);
  if (named === null) return undefined;
  const { logical } = named;
  const allowed = mode === 'history' ? instants : ordered;
  if (!allowed.includes(logical.type))
    mistakes.add(at, `${by} is a ${logical.type}`, `Name a ${list(allowed, 'or')} here`);
  if (logical.type === 'numeric' && logical.precision > digitsMost)
    mistakes.add(at, `${by} has ${logical.precision} digits`, `Name a column of at most ${digitsMost}`);
  return { mode, by: { vector: by, logical } };
}

/** The properties that two roles must have in common to share a table. */
export function tableShape(dimension: CompiledDimension): string {
  if (dimension.kind === 'date') return `days keyed ${dimension.key}`;
  if (dimension.kind === 'time') return `${dimension.grain}s keyed ${dimension.key}`;
  const columns = (given: readonly DimensionColumn[]) =>
    given.map(({ name, logical }) => `${name} ${JSON.stringify(logical)}`).join(', ');
  const { hashed, natural, attributes, changing } = dimension;
  const keys = hashed ? 'hashed keys' : 'generated keys';
  const shape = `${keys} | ${columns(natural)} | ${columns(attributes)}`;
  if (changing === undefined) return shape;
  const { mode, by } = changing;
  return `${shape} | ${mode} by ${typeOf(by.logical).sql(by.logical)}`;
}

/** Dimension tables that the definition shares with others: those with a role that is `shared`. */
export function sharedTables(source: DatasetDefinition): string[] {
  const shared = Object.values(dimensionsOf(source)).filter((dimension) => dimension.shared);
  return [...new Set(shared.map(({ table }) => table))].sort();
}

/** Tables that stand beside that of a dimension whose attributes follow the rows. */
export function besideTables(dimension: CompiledDimension): string[] {
  if (dimension.kind !== 'lookup' || dimension.changing === undefined) return [];
  const { table, changing } = dimension;
  return [`${table}_observed`, ...(changing.mode === 'history' ? [`${table}_history`] : [])];
}

export function refuseDisagreement(
  dimensions: readonly CompiledDimension[],
  fact: string,
  mistakes: Mistakes,
): void {
  const shapes = new Map<string, string>();
  for (const dimension of dimensions) {
    const { table } = dimension;
    const shape = tableShape(dimension);
    const other = shapes.get(table);
    shapes.set(table, shape);
    if (table === fact)
      mistakes.add('star', `${table} is both the fact table and a dimension`, 'Rename one of them');
    if (other === undefined || other === shape) continue;
    mistakes.add(
      `star.dimensions (${table})`,
      'two roles give the table different columns, types, keys or attributes',
      'Give both roles the same columns with the same types, keys and attributes, or two tables',
    );
  }
  const named = new Set([fact, ...shapes.keys()]);
  for (const beside of new Set(dimensions.flatMap(besideTables))) {
    if (named.has(beside))
      mistakes.add('star', `${beside} is a table that Landfall keeps beside a dimension`, 'Rename yours');
  }
}
