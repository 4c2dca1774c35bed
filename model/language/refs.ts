/**
 * What enrichments, rules, partitions and the star are written in terms of: typed references to columns.
 * A reference carries its type at compile time and at run time, so that `hour(c.region)` does not compile
 * in TypeScript and is named as a mistake in plain JavaScript.
 */
import type { Vector } from '../../kernel/columns/vectors.ts';
import type { Lanes } from '../enrich/lanes.ts';
import type { LogicalType, TypeName, ValueTypes } from '../types/column-types.ts';

export type { TypeName };

/** Types whose values are whole numbers of at most 32 bits. */
export type SmallWhole = 'smallint' | 'integer';

/** Types that `lon`, `lat`, distances and grid cells take as degrees. */
export type Numeric = SmallWhole | 'float8';

/** Something with a value in every row: a column of the file or an enrichment. */
export interface Ref<T extends TypeName = TypeName> {
  readonly type: T;
}

/** A column of the file, as the `enrich` and `rules` functions are given it. */
export interface ColumnRef<T extends TypeName = TypeName> extends Ref<T> {
  readonly column: string;
  readonly logical: LogicalType;
}

/** An enrichment as a builder leaves it: not yet named, its inputs not yet resolved. */
export interface Enrichment<T extends TypeName = TypeName> extends Ref<T> {
  readonly logical: LogicalType;
  readonly inputs: readonly Ref[];
  /** Name and arguments of the operation, functions' source included: what the version hash sees. */
  readonly operation: readonly unknown[];
  /** Makes the vectorised function once, given what its inputs are. */
  readonly build: (inputs: readonly LogicalType[]) => RunEnrichment;
  /** Has a value wherever its inputs have one. */
  readonly total: boolean;
  /** What is wrong with inputs of these types, for definitions that TypeScript has not seen; null: nothing. */
  readonly accepts?: (types: readonly TypeName[]) => string | null;
}

/** One call per batch; gets the input vectors in order and must not keep them. */
export type RunEnrichment = (inputs: readonly Vector[], rows: number, lanes: Lanes) => Vector;

/** A place on the globe: a point column, or two columns of degrees. */
export type PointRef = Ref<'point'> | { readonly lon: Ref<Numeric>; readonly lat: Ref<Numeric> };

/** A day: of a date column, or of a timestamp on its zone's wall clock. */
export type DayRef = Ref<'date' | 'timestamp'>;

export type ValueOf<R extends Ref> = R extends Ref<infer T> ? ValueTypes[T] : never;

/** True for what an enrichment builder returned. */
export function isEnrichment(value: unknown): value is Enrichment {
  return typeof value === 'object' && value !== null && 'build' in value && 'operation' in value;
}

/** True for a reference to a column of the file. */
export function isColumnRef(value: unknown): value is ColumnRef {
  return typeof value === 'object' && value !== null && 'column' in value && 'logical' in value;
}

/** `accepts` of an enrichment whose inputs must be of these types. */
export function accepting(...types: readonly TypeName[]): (given: readonly TypeName[]) => string | null {
  return (given) => {
    const wrong = given.find((type) => !types.includes(type));
    return wrong === undefined ? null : `it takes ${types.join(' or ')}, not ${wrong}`;
  };
}
