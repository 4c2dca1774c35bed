/** Compiles lake and star to columns, keys, dimensions and indexes. */

import { zstdCompress } from '../../platform/storage/node-zstd.ts';
import type {
  CompiledDimension,
  CompiledLake,
  CompiledMode,
  CompiledStar,
  FactColumn,
  LogicalType,
} from '../compiled.ts';
import type { DatasetDefinition } from '../language/define.ts';
import { typeOf } from '../types/column-types.ts';
import { didYouMean } from '../words.ts';
import { compileDimension, refuseDisagreement, vectorsOf } from './compile-dimension.ts';
import { checkIdentifier, isInner, type Names, nameAt, refuseRepeats } from './compile-names.ts';
import type { Mistakes } from './mistakes.ts';
import { compileLayout } from './modes/compile-layout.ts';
import { eventFacts, keyedStar, rowColumn } from './modes/event-columns.ts';

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
  return { columns, partitionBy, compression: compileCompression(source.lake?.compression, mistakes) };
}

const compressions = ['snappy', 'zstd'] as const;

/** `hasZstd`: whether this Node can compress with it. Where it cannot, another worker loads the dataset's files. */
export function compileCompression(
  written: string | undefined,
  mistakes: Mistakes,
  { hasZstd = zstdCompress !== null }: { readonly hasZstd?: boolean } = {},
): CompiledLake['compression'] {
  const chosen = compressions.find((one) => one === (written ?? 'snappy'));
  const place = 'lake.compression';
  if (chosen === undefined)
    mistakes.add(place, `${JSON.stringify(written)} is no compression of parts`, "Say 'snappy' or 'zstd'");
  if (chosen === 'zstd' && !hasZstd)
    mistakes.add(
      place,
      `Node ${process.versions.node} has no zstd`,
      "Run Landfall with Node 22.15 or newer, or say 'snappy'",
    );
  return chosen ?? 'snappy';
}

/** A star as a person writes it. */
type StarSource = Exclude<DatasetDefinition['star'], 'none'>;

/** `keep`: the column for values of unknown columns. Null for a dataset with the lake alone. */
export function compileStar(
  { star, columns: written }: DatasetDefinition,
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
  const layout = compileLayout(star, { columns, source: written, mode }, mistakes);
  return { schema, fact: star.fact, columns, dimensions, indexes, keyed, ...layout };
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
    if (dimension.kind !== 'lookup') continue;
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
