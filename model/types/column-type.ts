/**
 * The contract of a column type: one record says everything that Landfall knows of it, from the text in the
 * file to the column in lake and star. column-types.ts has all records. CONTRIBUTING.md says how to add one.
 */
import type { Vector, VectorKind } from '../../kernel/columns/vectors.ts';
import type { CopyField, KernelType, RejectReason } from '../../kernel/types.ts';
import type { AnyColumnOptions, ColumnOf } from './column-options.ts';
import type { VectorBuilder } from './vector-builder.ts';

/**
 * `L`: the logical type, such as `{ type: 'numeric', precision, scale }`.
 * `K`: the kinds of vectors that hold its values.
 * `V`: a value as `compute` and `rule` functions see it.
 * `U`: what it may be used for, a union of Use. A use that is not listed has null in its place.
 */
export interface ColumnType<L extends { readonly type: string }, K extends VectorKind, V, U> {
  // From the file.

  /** How a column is read. `inDictionary`: its distinct values are needed. */
  read(column: ColumnOf<L>, inDictionary: boolean): Reading;
  /** What is wrong with a column as it is written. */
  faults(column: ColumnOf<L>): readonly Fault[];
  /**
   * A column's `min` or `max` as a value that compares with those of the column, NaN where it is none; 'kernel'
   * where the kernel checks the bounds; null where values have no order.
   */
  readonly bound: 'kernel' | ((said: Bound) => number | bigint) | null;
  /** What messages call the type, with what a value must look like where that says more. */
  words(logical: L, reading: Reading): string;
  /** Whether all of a sample's values (at least one) look like this type; null: `init` never proposes it. */
  readonly recognise: ((values: readonly string[]) => Recognised | null) | null;

  // Values.

  /** The value of a row that has one. */
  value(vector: VectorOf<K>, logical: L, row: number): V;
  /** The value of a row that has one, as a text that PostgreSQL reads; equal values have equal texts. */
  text(vector: VectorOf<K>, logical: L, row: number): string;
  /** Collects the values that `Reading.convert` and `computed.stored` give. */
  build(rows: number, logical: L): VectorBuilder;

  // Sinks.

  /** The PostgreSQL type. Throws a TypeError where columns are never stored whole. */
  sql(logical: L): string;
  /** The field of a binary COPY row that each kind of vector becomes. */
  readonly copy: VectorKind extends K
    ? { readonly [P in K]?: CopyField['kind'] }
    : { readonly [P in K as [CopyKindOf<P>] extends [never] ? never : P]: CopyKindOf<P> };
  /** The Parquet column. Throws a TypeError where columns are never stored whole. */
  parquet(logical: L): ParquetForm;

  // Uses.

  /** May be in a `unique` rule. */
  readonly key: If<U, 'key', KeyForm<L, VectorOf<K>>>;
  /** May be in a look-up dimension. */
  readonly member: If<U, 'member', true>;
  /** May partition the lake. */
  readonly partition: If<U, 'partition', PartitionForm<L, VectorOf<K>>>;
  /** May be what `compute` gives. */
  readonly computed: If<U, 'computed', ComputedForm<L>>;
  /** Has a calendar day: may have a date dimension. */
  readonly day: If<U, 'day', true>;
  /** Stored as these parts (`place_lon`, `place_lat`), which are columns of their own. */
  readonly parts: If<U, 'parts', readonly ('lon' | 'lat')[]>;
}

export type Use = 'key' | 'member' | 'partition' | 'computed' | 'day' | 'parts';

/** `F` where the uses `U` include `N`, else null; either where the uses are not known. */
export type If<U, N extends Use, F> = unknown extends U ? F | null : N extends U ? F : null;

export type VectorOf<K extends VectorKind> = Extract<Vector, { readonly kind: K }>;

/** Kinds of COPY fields that take vectors of a kind. */
export type CopyKindOf<K extends VectorKind> = CopyField extends infer F
  ? F extends { readonly kind: infer N; readonly vector: infer W }
    ? VectorOf<K> extends W
      ? N
      : never
    : never
  : never;

/** What becomes of a column's texts: the kernel reads them, or hands them over as texts to be converted. */
export interface Reading {
  readonly type: KernelType;
  /** Set where the kernel delivers text and this converts it. */
  readonly convert?: Converter;
  /** What a converted column is read by: formats, policies, words. Part of the definition's version. */
  readonly reading?: { readonly formats?: readonly string[] } & Readonly<Record<string, unknown>>;
}

/**
 * A value for the type's builder; null: no value; undefined: it does not fit; a Refusal: it does not fit, and
 * why.
 */
export type Converter = (text: string) => unknown;

/** A reason other than `type` for which a converter turns a value away. */
export class Refusal {
  readonly reason: RejectReason;
  constructor(reason: RejectReason) {
    this.reason = reason;
  }
}

export type Bound = NonNullable<AnyColumnOptions['min']>;

/** A mistake in a column. */
export interface Fault {
  /** Behind the column's place: '' or an option such as '.zone'. */
  readonly at: string;
  readonly what: string;
  /** What to write instead. */
  readonly fix: string;
}

/** What `init` writes for a column that it recognises. */
export interface Recognised {
  /** Options as source text: `formats: ['d.M.yyyy']`. */
  readonly options?: readonly string[];
  /** What a person should look at. */
  readonly note?: string;
}

/** Values as keys have them: equal values, and no others, have the same text. `W`: the vectors that hold them. */
export interface KeyForm<L, W> {
  text(vector: W, logical: L, row: number): string;
  /** The same text, in SQL, of an expression of the type. */
  sql(expression: string): string;
  /** What makes keys of one column comparable with keys of before: the type, with what their text depends on. */
  about(logical: L): string;
}

/** Values as names of folders, before escaping. `pad`: digits that numbers have at least. */
export interface PartitionForm<L, W> {
  text(vector: W, logical: L, row: number, pad: number): string;
}

export interface ComputedForm<L> {
  readonly logical: L;
  /** What a person's function gave, as the builder takes it; undefined: it does not fit. */
  stored(value: unknown): unknown;
}

/** A column of a part. Its statistics follow from the vector that fills it. */
export interface ParquetForm {
  readonly physical: 'boolean' | 'int32' | 'int64' | 'double' | 'byteArray' | 'bytes16';
  /** Parquet's logical type; plain integers, doubles and booleans have none. */
  readonly annotation: ParquetAnnotation | null;
}

export type ParquetAnnotation =
  | { readonly kind: 'string' | 'json' | 'uuid' | 'date' | 'int16' }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'timestamp' | 'time' };
