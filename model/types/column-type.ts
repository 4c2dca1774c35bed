/**
 * The contract of a column type: one record with everything that Landfall knows about it, from the text in the file
 * to the column in lake and star. column-types.ts has all records. CONTRIBUTING.md says how to add one.
 */
import type { Vector, VectorKind } from '../../kernel/columns/vectors.ts';
import type { CopyField, KernelType, RejectReason } from '../../kernel/types.ts';
import type { VectorBuilder } from '../enrich/vector-builder.ts';
import type { Propose } from '../infer/guess/proposal.ts';
import type { AnyColumnOptions, ColumnOf } from './column-options.ts';

/**
 * `L`: the logical type, such as `{ type: 'numeric', precision, scale }`.
 * `K`: the kinds of vectors that hold its values.
 * `V`: a value as `compute` and `rule` functions see it.
 * `U`: what it may be used for, a union of Use. Members for other uses are null.
 */
export interface ColumnType<L extends { readonly type: string }, K extends VectorKind, V, U> {
  // From the file.

  /** The options that a definition may give its columns. */
  readonly options: Readonly<Record<string, true>>;

  /** How a column is read. `inDictionary`: the column's distinct values are needed. */
  read(column: ColumnOf<L>, inDictionary: boolean): Reading;
  /** What is wrong with a column as it is written. */
  faults(column: ColumnOf<L>): readonly Fault[];
  /**
   * Converts a column's `min` or `max` to a value that compares with those of the column, or NaN if it is not valid.
   * 'kernel': the kernel checks the bounds. null: values have no order.
   */
  readonly bound: 'kernel' | ((said: Bound) => number | bigint) | null;
  /** What messages call the type. Includes the form of its values if the name alone does not tell. */
  words(logical: L, reading: Reading): string;
  /** How `landfall init` recognises the type by the values of a column. null: it never proposes the type. */
  readonly propose: Propose | null;

  // Values.

  /** The value of a row that is not null. */
  value(vector: VectorOf<K>, logical: L, row: number): V;
  /** The value of a row that is not null, as a text that PostgreSQL reads. Equal values have equal texts. */
  text(vector: VectorOf<K>, logical: L, row: number): string;
  /** Collects the values that `Reading.convert` and `computed.stored` give. */
  build(rows: number, logical: L): VectorBuilder;

  // Sinks.

  /** The PostgreSQL type. Throws a TypeError where columns are never stored whole. */
  sql(logical: L): string;
  /** The COPY field that writes each kind of vector. */
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
  /** Stored as these parts (`place_lon`, `place_lat`), which are separate columns. */
  readonly parts: If<U, 'parts', readonly ('lon' | 'lat')[]>;
}

export type Use = 'key' | 'member' | 'partition' | 'computed' | 'day' | 'parts';

/** `F` if the uses `U` include `N`, else null; either if the uses are not known. */
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

/** How a column's texts are read: by the kernel alone, or as texts by the kernel and then by a converter. */
export interface Reading {
  readonly type: KernelType;
  /** Set if the kernel delivers texts. Converts each of them. */
  readonly convert?: Converter;
  /** The formats, policies and words that a converted column is read by. Part of the definition's version. */
  readonly reading?: { readonly formats?: readonly string[] } & Readonly<Record<string, unknown>>;
}

/**
 * Converts a text to a value for the type's builder. null: no value. undefined: it does not fit. A Refusal: it does
 * not fit, for another reason than its type.
 */
export type Converter = (text: string) => unknown;

/** A reason other than `type` for which a converter rejects a value. */
export class Refusal {
  readonly reason: RejectReason;
  constructor(reason: RejectReason) {
    this.reason = reason;
  }
}

export type Bound = NonNullable<AnyColumnOptions['min']>;

/** A mistake in a column's definition. */
export interface Fault {
  /** Appended to the column's place: '' or an option such as '.zone'. */
  readonly at: string;
  readonly what: string;
  /** What to write instead. */
  readonly fix: string;
}

/** How values are written in keys: only equal values have the same text. `W`: the vectors that hold them. */
export interface KeyForm<L, W> {
  text(vector: W, logical: L, row: number): string;
  /** The type and whatever its text depends on. Keys are comparable only with keys for which this is the same. */
  about(logical: L): string;
}

/** How values are written in names of folders, before escaping. `pad`: the least number of digits. */
export interface PartitionForm<L, W> {
  text(vector: W, logical: L, row: number, pad: number): string;
}

export interface ComputedForm<L> {
  readonly logical: L;
  /** Converts what a definition's function returned to what the builder takes. undefined: it does not fit. */
  stored(value: unknown): unknown;
}

/** `stored` of the types that take a finite number, a text that PostgreSQL can store, or a truth value as it is. */
export const storedNumber = (value: unknown) => (Number.isFinite(value) ? value : undefined);
export const storedText = (value: unknown) =>
  typeof value === 'string' && !/[\0\p{Surrogate}]/u.test(value) ? value : undefined;
export const storedBoolean = (value: unknown) => (typeof value === 'boolean' ? value : undefined);

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
