/**
 * Typed references to columns, in terms of which enrichments, rules, partitions and the star are written. A
 * reference carries its type at compile time and at run time, so `hour(c.region)` does not compile in TypeScript
 * and is reported as a mistake in plain JavaScript.
 */
import type { Vector } from '../../kernel/columns/vectors.ts';
import type { Lanes } from '../enrich/lanes.ts';
import type { Refusals } from '../enrich/refusals.ts';
import type { ReferenceTable } from '../references/reference-table.ts';
import type { LogicalType, TypeName, ValueTypes } from '../types/column-types.ts';

export type { TypeName };

/** Types whose values are integers of at most 32 bits. */
export type SmallWhole = 'smallint' | 'integer';

/** Types that `lon`, `lat`, distances and grid cells take as degrees. */
export type Numeric = SmallWhole | 'float8';

/** Something with a value in every row: a column of the file or an enrichment. */
export interface Ref<T extends TypeName = TypeName> {
  readonly type: T;
}

/** A column of the file, as the `enrich` and `rules` functions receive it. */
export interface ColumnRef<T extends TypeName = TypeName> extends Ref<T> {
  readonly column: string;
  readonly logical: LogicalType;
}

/** An enrichment as a builder returns it: without a name, and with unresolved inputs. */
export interface Enrichment<T extends TypeName = TypeName> extends Ref<T> {
  readonly logical: LogicalType;
  readonly inputs: readonly Ref[];
  /** Name and arguments of the operation, including the source of functions: what the version hash covers. */
  readonly operation: readonly unknown[];
  /** Creates the vectorised function, once, for inputs of these types. */
  readonly build: (inputs: readonly LogicalType[]) => RunEnrichment;
  /** Has a value wherever its inputs have one. */
  readonly total: boolean;
  /** The reference table that it reads. `bind`: the function for one version of the table, in place of `build`'s. */
  readonly joins?: {
    /** The options of `reference`. */
    readonly reference: { readonly name: string };
    readonly bind: (table: ReferenceTable) => RunEnrichment;
  };
  /** What is wrong with inputs of these types, for definitions that TypeScript has not checked; null: nothing. */
  readonly accepts?: (types: readonly TypeName[]) => string | null;
}

/** Called once per batch with the input vectors in order, which it must not keep. */
export type RunEnrichment = (
  inputs: readonly Vector[],
  rows: number,
  lanes: Lanes,
  refusals: Refusals,
) => Vector;

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
