/** Compiles lake and star to columns, keys, dimensions and indexes. */
import type {
  CompiledDimension,
  CompiledLake,
  CompiledMode,
  CompiledStar,
  DimensionColumn,
  FactColumn,
  LogicalType,
} from '../compiled.ts';
import type { DatasetDefinition } from '../language/define.ts';
import type { DateDimension, LookupDimension } from '../language/star.ts';
import { typeOf } from '../types/column-types.ts';
import { didYouMean } from '../words.ts';
import { checkIdentifier, isInner, type Names, nameAt } from './compile-names.ts';
import { eventFacts, keyedStar, rowColumn } from './event-columns.ts';
import type { Mistakes } from './mistakes.ts';

/** Digits of partition values with a known range. Padding makes them sort correctly: month=05. */
const padOf: Readonly<Record<string, number>> = { month: 2, day: 2, hour: 2, minute: 2, isoWeek: 2, year: 4 };

/** Every name that lake and star can contain, with a point's halves in place of the point. */
function shown(names: Names): string[] {
  const outer = [...names].filter(([name]) => !isInner(name));
  return [...new Set(outer.flatMap(([name, { logical }]) => halves(name, logical)))];
}

/** The two halves of a point; any other name alone. */
export function halves(name: string, logical: LogicalType): string[] {
  return typeOf(logical).parts?.map((part) => `${name}_${part}`) ?? [name];
}

/** Type of the column that holds the values of unknown columns. */
const keptType = { type: 'json' } as const;

/**
 * `operationOf`: the operation of an enrichment ('month'), which decides how its numbers are padded. `keep`: the
 * column for values of unknown columns.
 */
export function compileLake(
  source: DatasetDefinition,
  names: Names,
  operationOf: ReadonlyMap<string, string>,
  keep: string | null,
  mode: CompiledMode,
  mistakes: Mistakes,
): CompiledLake {
  const partitionBy = (source.lake?.partitionBy ?? []).flatMap((name, i) => {
    if (nameAt(names, name, `lake.partitionBy[${i}]`, mistakes, 'partition') === null) return [];
    return [{ name, vector: name, pad: padOf[operationOf.get(name) ?? ''] ?? 0 }];
  });
  const listed = source.lake?.columns?.flatMap((name, i) => {
    const named = nameAt(names, name, `lake.columns[${i}]`, mistakes);
    return named === null ? [] : halves(name, named.logical);
  });
  refuseRepeats(
    partitionBy.map(({ name }) => name),
    'lake.partitionBy',
    mistakes,
  );
  if (listed !== undefined) refuseRepeats(listed, 'lake.columns', mistakes);
  const inPath = new Set(partitionBy.map(({ name }) => name));
  const columns = (listed ?? shown(names))
    .filter((name) => !inPath.has(name))
    .map((name) => ({ name, vector: name, logical: names.get(name)!.logical }));
  if (keep !== null) columns.push({ name: keep, vector: keep, logical: keptType });
  if (columns.length === 0) {
    mistakes.add(
      'lake',
      'no column is left for the parts',
      'Partition by fewer columns, or list lake.columns',
    );
  }
  if (mode.kind !== 'append') columns.push(rowColumn);
  return { columns, partitionBy };
}

/** `lookup('dim_region', …)` has the key region_key, whatever its roles in the fact table are called. */
function keyOfTable(table: string): string {
  return `${table.replace(/^dim_/, '')}_key`;
}

/** A star as a person writes it. */
type StarSource = Exclude<DatasetDefinition['star'], 'none'>;

/** Dimensions by the key columns that point to them; none if there is no star. */
export function dimensionsOf({ star }: DatasetDefinition): NonNullable<StarSource['dimensions']> {
  return star === 'none' ? {} : (star.dimensions ?? {});
}

/** `keep`: the column for values of unknown columns. Null for a dataset with the lake alone. */
export function compileStar(
  { star }: DatasetDefinition,
  names: Names,
  keep: string | null,
  mode: CompiledMode,
  mistakes: Mistakes,
): CompiledStar | null {
  if (star === 'none') return null;
  const schema = star.schema ?? 'star';
  checkIdentifier(schema, 'star.schema', mistakes);
  if (schema === 'landfall') mistakes.add('star.schema', 'landfall is the ledger', 'Choose another schema');
  checkIdentifier(star.fact, 'star.fact', mistakes);

  const roles = Object.entries(star.dimensions ?? {});
  const dimensions = roles.map(([role, dimension]) => compileDimension(role, dimension, names, mistakes));
  refuseDisagreement(dimensions, star.fact, mistakes);
  const chunk: FactColumn = { kind: 'chunk', name: 'chunk_id' };
  const visible: FactColumn[] = [
    ...roles.map(([name], dimension): FactColumn => ({ kind: 'dimension', name, dimension })),
    ...factValues(star, dimensions, names, mistakes),
    ...(keep === null ? [] : [keptColumn(keep)]),
  ];
  const columns = [...visible, ...eventFacts(mode), chunk];
  refuseRepeats(
    [...visible, chunk].map(({ name }) => name),
    'star.columns',
    mistakes,
  );
  const indexes = compileIndexes(star, [...visible, chunk], mistakes);
  refuseWide(star, columns, dimensions, mistakes);
  const keyed = keyedStar(mode, visible, dimensions, mistakes);
  return { schema, fact: star.fact, columns, dimensions, indexes, keyed };
}

/** Limits of PostgreSQL (its manual, appendix K). */
const tableColumnsMost = 1600;
const indexColumnsMost = 32;

/** Refuses tables and indexes of more columns than PostgreSQL has. */
function refuseWide(
  star: StarSource,
  columns: readonly FactColumn[],
  dimensions: readonly CompiledDimension[],
  mistakes: Mistakes,
): void {
  const check = (place: string, what: string, count: number, most: number, fix: string) => {
    if (count > most)
      mistakes.add(place, `${what} would have ${count} columns; PostgreSQL allows ${most}`, fix);
  };
  const fewer = 'List fewer; the lake has all of them';
  check('star.columns', `the fact table ${star.fact}`, columns.length, tableColumnsMost, fewer);
  for (const [d, dimension] of dimensions.entries()) {
    if (dimension.kind === 'date') continue;
    const place = `star.dimensions.${Object.keys(star.dimensions ?? {})[d]}`;
    const { table, natural, attributes, hashed } = dimension;
    const all = 1 + natural.length + attributes.length;
    check(place, `the table ${table}`, all, tableColumnsMost, 'Take fewer attributes');
    const fix = "Take fewer columns, or keys: 'hashed'";
    if (!hashed) check(place, `the natural key of ${table}`, natural.length, indexColumnsMost, fix);
  }
  for (const [i, index] of (star.indexes ?? []).entries())
    check(`star.indexes[${i}]`, 'the index', index.columns.length, indexColumnsMost, 'Take fewer');
}

function keptColumn(name: string): FactColumn {
  return { kind: 'value', name, vector: name, logical: keptType, notNull: false };
}

function factValues(
  star: StarSource,
  dimensions: readonly CompiledDimension[],
  names: Names,
  mistakes: Mistakes,
): FactColumn[] {
  const listed = star.columns?.flatMap((name, i) => {
    const named = nameAt(names, name, `star.columns[${i}]`, mistakes);
    return named === null ? [] : halves(name, named.logical);
  });
  const inDimensions = new Set(dimensions.flatMap(vectorsOf));
  const values = listed ?? shown(names).filter((name) => !inDimensions.has(name));
  return values.flatMap((name): FactColumn[] => {
    const named = names.get(name);
    if (named === undefined) return [];
    return [{ kind: 'value', name, vector: name, logical: named.logical, notNull: named.notNull }];
  });
}

/** Vectors that a dimension reads as text or key. A date dimension's timestamp stays in the fact table. */
export function vectorsOf(dimension: CompiledDimension): string[] {
  if (dimension.kind === 'date') return [];
  return [...dimension.natural, ...dimension.attributes].map(({ vector }) => vector);
}

function compileDimension(
  role: string,
  dimension: LookupDimension | DateDimension,
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
  return { kind: 'lookup', ...base, ...hashed, natural, attributes };
}

/** The properties that two roles must have in common to share a table. */
export function tableShape(dimension: CompiledDimension): string {
  if (dimension.kind === 'date') return `days keyed ${dimension.key}`;
  const columns = (list: readonly DimensionColumn[]) =>
    list.map(({ name, logical }) => `${name} ${JSON.stringify(logical)}`).join(', ');
  const keys = dimension.hashed ? 'hashed keys' : 'generated keys';
  return `${keys} | ${columns(dimension.natural)} | ${columns(dimension.attributes)}`;
}

/** Dimension tables that the definition shares with others: those with a role that is `shared`. */
export function sharedTables(source: DatasetDefinition): string[] {
  const shared = Object.values(dimensionsOf(source)).filter((dimension) => dimension.shared);
  return [...new Set(shared.map(({ table }) => table))].sort();
}

function refuseDisagreement(
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
      'two roles give the table different columns, types or keys',
      'Give both roles the same columns with the same types and the same kind of keys, or two tables',
    );
  }
}

function refuseRepeats(names: readonly string[], place: string, mistakes: Mistakes): void {
  for (const name of new Set(names.filter((name, i) => names.indexOf(name) !== i))) {
    mistakes.add(place, `${name} is listed twice`, 'Remove one, or rename it');
  }
}

function compileIndexes(
  star: StarSource,
  columns: readonly FactColumn[],
  mistakes: Mistakes,
): CompiledStar['indexes'] {
  const known = columns.map(({ name }) => name);
  const chunk = { columns: ['chunk_id'], method: 'brin' as const };
  const indexes = (star.indexes ?? []).map((index, i) => {
    const place = `star.indexes[${i}]`;
    const { method = 'btree' } = index;
    if (index.columns.length === 0) mistakes.add(place, 'it has no columns', 'Name at least one');
    if (!['btree', 'brin'].includes(method))
      mistakes.add(place, `there is no ${method}`, "Say 'btree' or 'brin'");
    for (const name of index.columns) {
      if (!known.includes(name))
        mistakes.add(place, `${name} is not a column of the fact table`, didYouMean(name, known));
    }
    return { columns: index.columns, method };
  });
  return [chunk, ...indexes];
}
