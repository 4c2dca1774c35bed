/** What is found of a source: where the rows come from, and the mode in which they may come again. */
import type { TypeName } from '../../types/column-types.ts';
import type { Remark } from '../contract.ts';

/** A source as the definition will have it. */
export interface FoundSource {
  /** In `sources` of the definition. */
  readonly name: string;
  /** The builder. */
  readonly kind: 'http' | 's3' | 'postgres';
  /** As the builder takes them. A value of the environment is `{ env: NAME }`. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly remarks: readonly Remark[];
}

export interface FoundMode {
  /** The builder. */
  readonly mode: 'append' | 'upsert' | 'snapshot';
  /** As the builder takes them. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly remarks: readonly Remark[];
}

/** Source and mode. Null: the mode is plain append. */
export interface FoundFetch {
  readonly source: FoundSource;
  readonly mode: FoundMode | null;
}

/** What the choice of a mode needs of a column. */
export interface ModeColumn {
  /** In the definition. */
  readonly name: string;
  /** As it stands in the source. */
  readonly header: string;
  readonly type: TypeName;
  /** Rows that were seen, those without a value, and different values. */
  readonly rows: number;
  readonly nulls: number;
  readonly distinct: number;
}
