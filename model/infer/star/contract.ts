/** What is found of a star: its dimensions, its date, its partitions, and what a person should know of it. */
import type { TypeName } from '../../types/column-types.ts';
import type { FoundColumn, Remark } from '../contract.ts';

export interface StarInput {
  readonly dataset: string;
  readonly columns: readonly FoundColumn[];
  /** Sampled rows: one text per column, null for null. */
  readonly rows: readonly (readonly (string | null)[])[];
  /** Rows of the files, which may be more. */
  readonly rowCount: number;
}

/** A column of a dimension's table and the column of the dataset that it is read from. */
export interface DimensionMember {
  readonly as: string;
  readonly column: string;
}

/** One role of a dimension: a key of the facts. Roles may share a table. */
export interface FoundDimension {
  /** Key column of the facts. */
  readonly role: string;
  readonly table: string;
  readonly natural: readonly DimensionMember[];
  readonly attributes: readonly DimensionMember[];
  readonly keys: 'generated' | 'hashed';
  /** Distinct members in the files, or about so many. */
  readonly members: number;
  readonly remarks: readonly Remark[];
}

export interface FoundDate {
  readonly role: string;
  readonly table: string;
  readonly column: string;
  readonly remarks: readonly Remark[];
}

/** An enrichment by which the lake is partitioned. */
export interface FoundPartition {
  readonly name: string;
  readonly part: 'year' | 'month';
  readonly column: string;
}

/** Another type than the guess, so that two roles may share a table. */
export interface Retyped {
  readonly type: TypeName;
  readonly digits?: readonly [precision: number, scale: number];
}

export interface FoundStar {
  readonly fact: string;
  readonly dimensions: readonly FoundDimension[];
  readonly date: FoundDate | null;
  /** Columns of the facts, in the order of the file: those that are in no dimension. */
  readonly columns: readonly string[];
}

export interface StarChoice {
  /** Null: PostgreSQL does not hold so wide a table, and the dataset has the lake alone. */
  readonly star: FoundStar | null;
  readonly partitions: readonly FoundPartition[];
  readonly retyped: Readonly<Record<string, Retyped>>;
  readonly remarks: readonly Remark[];
}
