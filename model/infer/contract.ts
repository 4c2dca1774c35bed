/**
 * What `landfall init` finds in files that no definition describes, and what it passes from step to step:
 *
 *   dialect ─▶ samples of the columns ─▶ a guess for each ─▶ (profile of every row) ─▶ names, star ─▶ source text
 */
import type { Dialect } from '../language/define.ts';
import type { TypeName } from '../types/column-types.ts';

/** What a comment in the definition says. `check`: a person should look at it. */
export interface Remark {
  readonly kind: 'evidence' | 'check';
  /** Without a full stop: '20,500 of 20,500 rows; 3 formats'. */
  readonly text: string;
}

/** How a file is cut into records. */
export interface FoundDialect {
  readonly dialect: Dialect;
  /** The names as they stand in the file; null if it has none. */
  readonly header: readonly string[] | null;
  readonly fieldCount: number;
  readonly remarks: readonly Remark[];
}

/** Values of one column, as texts. */
export interface ColumnSample {
  /** As it stands in the file; '' if the file has no header. */
  readonly header: string;
  /** Distinct texts, except the empty one, with the number of rows that each was seen in. */
  readonly values: ReadonlyMap<string, number>;
  /** Rows in which the text is empty. */
  readonly blanks: number;
}

/** The type of a column as it will be written. */
export interface ColumnGuess {
  readonly type: TypeName;
  /** Of a numeric. */
  readonly digits?: readonly [precision: number, scale: number];
  /** Options of the builder, in the order in which they are written, without required, nulls and aliases. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Texts, besides the empty one, that mean null. */
  readonly nulls: readonly string[];
  /** Rare texts that the type does not read: their rows are rejected. */
  readonly misfits?: readonly string[];
  readonly remarks: readonly Remark[];
}

/** What every row of a column has shown. */
export interface ColumnFacts {
  /** Rows that were read, without those of wrong length. */
  readonly rows: number;
  /** Rows in which the value is null. */
  readonly nulls: number;
  /** Distinct values; an estimate if `distinctExact` is false. */
  readonly distinct: number;
  readonly distinctExact: boolean;
  /** The least and the greatest value, as texts that a person reads; null where there is no order or no value. */
  readonly least: string | null;
  readonly greatest: string | null;
  /** Of a text: bytes of the longest value. */
  readonly bytesMost: number | null;
  /** Texts that the type does not hold, with the lines of the first of them. */
  readonly misfits: readonly { readonly text: string; readonly line: number }[];
  readonly misfitRows: number;
}

/** A column of the definition to be written. */
export interface FoundColumn {
  readonly name: string;
  /** As it stands in each file, if that is not what `name` stands for: the aliases. */
  readonly aliases: readonly string[];
  /** Only some of the files have it. */
  readonly optional: boolean;
  readonly guess: ColumnGuess;
  readonly facts: ColumnFacts;
  /** Whether every row has a value, where that is known from elsewhere. Default: what the rows show. */
  readonly required?: boolean;
}

/** What is known of a column before its values are read: the catalogue of a database says it. */
export interface KnownColumn {
  /** Null: its values say it. */
  readonly guess: ColumnGuess | null;
  readonly required: boolean;
}

/** A reject that loading the file will give. */
export interface PredictedReject {
  readonly line: number;
  readonly code: string;
  readonly column: string | null;
  readonly message: string;
}
