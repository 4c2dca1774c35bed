/**
 * A compiled dataset: plain data, plus the functions of its enrichments and rules. Workers and coordinator see
 * only this. The language of definitions (`defineDataset`) is in model/language/.
 */
import type { KernelColumn, RejectReason } from '../kernel/types.ts';
import type { CompiledRollup } from './compiled-rollup.ts';
import type { CompiledSource, Template } from './compiled-source.ts';
import type { Batch, Vector } from './enrich/batch.ts';
import type { Lanes } from './enrich/lanes.ts';
import type { Refusals } from './enrich/refusals.ts';
import type { RejectLimit } from './file/reject-limit.ts';
import type { RunEnrichment } from './language/refs.ts';
import type { ReferenceTable } from './references/reference-table.ts';
import type { Reading } from './types/column-type.ts';
import type { LogicalType } from './types/column-types.ts';

export interface CompiledDataset {
  readonly name: string;
  readonly description: string;
  /** 16 hex digits: a hash of everything that decides what becomes of a row, including the source of functions.
   * Marts, checks, queries and `versions` are not part of it: they can change without loading anything again. */
  readonly version: string;
  readonly dialect: CompiledDialect;
  /** Absent: the files are CSV. */
  readonly format?: CompiledFormat;
  readonly columns: readonly CompiledColumn[];
  /** In dependency order. Each reads vectors by name and adds one under its own name. */
  readonly enrichments: readonly CompiledEnrichment[];
  /** Applied to parsed rows before the enrichments are computed. */
  readonly rules: readonly CompiledRule[];
  /** Applied after all other rules, to the rows that are left. */
  readonly unique: readonly CompiledUnique[];
  readonly lake: CompiledLake;
  /** Null: the dataset has the lake alone. */
  readonly star: CompiledStar | null;
  /** Dimension tables that other datasets may use too. Not part of the version. */
  readonly sharedTables: readonly string[];
  readonly drift: CompiledDrift;
  readonly rejectLimit: RejectLimit;
  readonly mode: CompiledMode;
  /** What to do with other content under the name of a loaded file. Not part of the version. */
  readonly versions: 'add' | 'replace' | 'refuse';
  readonly marts: readonly CompiledMart[];
  readonly checks: readonly CompiledCheck[];
  readonly queries: readonly CompiledQuery[];
  /** Of marts, by the mart's name. */
  readonly charts: Readonly<Record<string, CompiledChart>>;
  /** When files are expected; absent: nobody has said. Not part of the version. */
  readonly expect?: CompiledExpect;
  /** Where files are fetched from. Not part of the version. */
  readonly sources: readonly CompiledSource[];
  /** The reference tables that its enrichments read; absent: none. Where they come from is not part of the version. */
  readonly references?: readonly CompiledReference[];
}

/** A table that rows are joined with by a key. */
export interface CompiledReference {
  readonly name: string;
  readonly key: string;
  /** How it is read: a dataset of its columns, with neither star nor rules. */
  readonly table: CompiledDataset;
  readonly from: { readonly csv: string } | { readonly query: string; readonly url: Template };
  /** Environment variables that it needs, sorted. */
  readonly env: readonly string[];
}

/** What the star shows of the rows of all files. */
export type CompiledMode = { readonly kind: 'append' } | KeyedMode;

/** A mode in which rows are events of keys. Members that do not belong to the kind are null, empty or the default. */
export interface KeyedMode {
  readonly kind: 'dedupe' | 'upsert' | 'snapshot' | 'history';
  /** Vectors of the key; none for `dedupe: 'row'`, whose key is the content. */
  readonly key: readonly string[];
  readonly orderBy: { readonly vector: string; readonly logical: LogicalType } | null;
  /** 'first' only with `dedupe`. */
  readonly keep: 'last' | 'first';
  /** Vector of a boolean. */
  readonly deleted: string | null;
  readonly nulls: 'set' | 'keep';
  /** 'distinct': a row whose key contains a null is an event of its own. Only of a unique rule. */
  readonly nullKeys: 'reject' | 'equal' | 'distinct';
  /** Vectors for each combination of which a snapshot is complete. They are part of the key. */
  readonly scope: readonly string[];
  readonly asOf: { readonly pattern: string } | null;
  /** Largest share of a scope's keys that a snapshot may delete, 0 to 1; null: any. */
  readonly maxDeleted: number | null;
  readonly track: readonly string[];
  readonly overwrite: readonly string[];
  readonly seen?: SeenColumns;
}

/** Names of the columns that say when files brought a row; null: there is no such column. */
export interface SeenColumns {
  readonly created: string | null;
  readonly updated: string | null;
}

/** What the star needs to know of a keyed mode. */
export interface KeyedStar {
  readonly kind: KeyedMode['kind'];
  readonly keep: KeyedMode['keep'];
  readonly nulls: KeyedMode['nulls'];
  /** Type of the column _order; null: there is no such column. */
  readonly order: { readonly sqlType: string } | null;
  /** There is a column _deleted. */
  readonly deleted: boolean;
  /** There is a column _scope. */
  readonly scoped: boolean;
  /** There is a column _tracked. */
  readonly tracked: boolean;
  /** Fact columns whose latest value every version shows. */
  readonly overwrite: readonly string[];
  /** Pattern of the names of files. */
  readonly asOf: string | null;
  readonly maxDeleted: number | null;
  readonly seen?: SeenColumns;
}

/** What is done with files whose columns differ from the definition's. The differences are reported in any case. */
export interface CompiledDrift {
  readonly unknown: 'ignore' | 'fail' | 'keep';
  /** With `keep`: the json column of star and lake that holds the values of unknown columns. */
  readonly keep: string | null;
  readonly missing: 'ignore' | 'fail';
  readonly reordered: 'ignore' | 'fail';
  readonly renamed: 'ignore' | 'fail';
  /** Texts that mean null in unknown columns: those of the dataset. */
  readonly nulls: readonly string[];
}

/** Files of JSON. */
export interface CompiledFormat {
  readonly kind: 'ndjson' | 'json';
  /** Keys that lead to the array of records. Of `json` only. */
  readonly records: readonly string[];
  /** Path from the record to the array whose elements are the rows. */
  readonly explode?: string;
  /** The dataset whose files are loaded into this one too. */
  readonly parent?: string;
}

/** `auto` members are settled from a file's first bytes when the file is planned. */
export interface CompiledDialect {
  readonly delimiter: string | 'auto';
  readonly quote: string | 'auto' | null;
  readonly escape: string | null;
  readonly header: boolean | 'auto';
  readonly trim: boolean;
  readonly lineEnds: 'lf' | 'any' | 'auto';
  readonly comment: string | 'auto' | null;
  readonly skipLines: number | 'auto';
  readonly headerRows: number;
  readonly skipFooterLines: number;
  readonly shortRows: 'reject' | 'pad';
  readonly longRows: 'reject' | 'truncate';
  readonly blankRows: 'read' | 'skip';
  readonly encoding: string | 'auto';
}

export interface CompiledColumn extends KernelColumn, Reading {
  /** Header texts that mean this column, normalised: lower case, with `_` for each run of other characters than
   * letters and digits. */
  readonly headers: readonly string[];
  /** Aliases as they are written, composed (NFC) and trimmed: they come before normalised texts. */
  readonly aliases: readonly string[];
  /** In files of JSON: where the value is. */
  readonly path?: string;
  /** The file may lack the column. */
  readonly optional: boolean;
  readonly logical: LogicalType;
}

export interface CompiledRule {
  readonly name: string;
  readonly reason: RejectReason;
  /** Index of the column at fault, or -1 for a rule over the row. */
  readonly column: number;
  readonly inputs: readonly string[];
  /** Sets `broken[i]` to 1 for each row that breaks the rule. A null does not break a rule. */
  readonly run: (inputs: readonly Vector[], rows: number, broken: Uint8Array) => void;
}

/** Columns whose values together may be in one row only. */
export interface CompiledUnique {
  readonly name: string;
  readonly scope: 'file' | 'star';
  /** Indexes into the dataset's columns. */
  readonly columns: readonly number[];
}

export interface CompiledEnrichment {
  readonly name: string;
  readonly logical: LogicalType;
  readonly inputs: readonly string[];
  /** Vectorised: one call per batch. Must not keep its arguments. Its result is a new vector, or a view of its
   * inputs, so that two chunks in flight never share one. Null in rows that it rejects. */
  readonly run: (inputs: readonly Vector[], rows: number, lanes: Lanes, refusals: Refusals) => Vector;
  /** Of a join: the name of its reference table, and `run` for one version of it. */
  readonly joins?: { readonly reference: string; readonly bind: (table: ReferenceTable) => RunEnrichment };
}

export interface CompiledLake {
  /** Columns of every part, in order. Partition columns are in the path only. Points are listed as their lon and
   * lat, which are enrichments. */
  readonly columns: readonly {
    readonly name: string;
    readonly vector: string;
    readonly logical: LogicalType;
  }[];
  readonly partitionBy: readonly { readonly name: string; readonly vector: string; readonly pad: number }[];
  /** Not part of the version, because values are the same. */
  readonly compression: 'snappy' | 'zstd';
}

export interface CompiledStar {
  readonly schema: string;
  readonly fact: string;
  /** In order of the fact table's columns; the last is always the chunk. In a keyed dataset, the columns before it
   * describe the event; their names begin with _ and nobody is shown them. */
  readonly columns: readonly FactColumn[];
  readonly dimensions: readonly CompiledDimension[];
  readonly indexes: readonly { readonly columns: readonly string[]; readonly method: 'btree' | 'brin' }[];
  /** Null: every row is a fact (the mode `append` without `dedupe`). */
  readonly keyed: KeyedStar | null;
  /** Absent: a tuple of the fact table for each row. 'packed': a tuple for as many rows as fit into a page. */
  readonly layout?: 'packed';
  /** Of packed facts: the column by which rows are roughly sorted, so that few tuples have those of a range. */
  readonly sortBy?: string;
}

export type FactColumn =
  | {
      readonly kind: 'value';
      readonly name: string;
      readonly vector: string;
      readonly logical: LogicalType;
      readonly notNull: boolean;
    }
  /** The key of `dimensions[dimension]`: an int8 if it is hashed, else an int4; 0 is the unknown member. */
  | { readonly kind: 'dimension'; readonly name: string; readonly dimension: number }
  | { readonly kind: 'chunk'; readonly name: 'chunk_id' };

/** One role of a dimension table. Two roles (start and end station) may share a table and its members. */
export type CompiledDimension =
  | {
      readonly kind: 'lookup';
      readonly table: string;
      /** Surrogate key column; 0 is the unknown member with null natural keys. */
      readonly key: string;
      /** The key is an int8, the hash of the natural key; otherwise an int4, generated. */
      readonly hashed?: true;
      /** Natural key: column in the table and the vector it is read from. */
      readonly natural: readonly DimensionColumn[];
      /** Stored when the member is first seen, unless the dimension is changing. */
      readonly attributes: readonly DimensionColumn[];
      readonly changing?: ChangingAttributes;
    }
  /** Key yyyymmdd of a date vector (or of a timestamp's local day). Members are added as days appear. */
  | { readonly kind: 'date'; readonly table: string; readonly key: string; readonly vector: string }
  | {
      /** Key 1 + the number of whole grains since midnight, local time. All members are there from the start. */
      readonly kind: 'time';
      readonly table: string;
      readonly key: string;
      readonly vector: string;
      readonly grain: 'hour' | 'minute' | 'second';
    };

export type CompiledLookup = Extract<CompiledDimension, { kind: 'lookup' }>;

/** Attributes that follow the rows: those of the row with the greatest value of a column, or a version for each. */
export interface ChangingAttributes {
  readonly mode: 'latest' | 'history';
  /** The vector by which rows are ordered. */
  readonly by: { readonly vector: string; readonly logical: LogicalType };
}

/** A look-up dimension whose attributes follow the rows. */
export type ChangingDimension = CompiledLookup & { readonly changing: ChangingAttributes };

export interface DimensionColumn {
  readonly name: string;
  readonly vector: string;
  readonly logical: LogicalType;
}

/** When files are expected: in each window of the zone's clock. */
export interface CompiledExpect {
  readonly unit: 'hour' | 'day' | 'week';
  /** When a file is due, in minutes from the window's beginning on the local clock; null: at its end. */
  readonly byMinutes: number | null;
  readonly zone: string;
  readonly graceMs: number;
  /** Pattern of names with a date; null: a file is for the window in which it lands. */
  readonly named: string | null;
  /** Windows between the date in a name and the window in which the file is due. */
  readonly lag: number;
}

export interface CompiledCheck {
  readonly name: string;
  /** A select that must return no row. It may read the relations of compile-checks.ts. */
  readonly sql: string;
  /** Absent: 'block'. */
  readonly severity?: 'warn' | 'info';
  /** Absent: 'star'. */
  readonly over?: 'file' | 'groups';
}

export type CompiledMart = CompiledSqlMart | CompiledRollup;

export interface CompiledSqlMart {
  readonly name: string;
  /** `view`: created once; `table`: a materialised view refreshed when a file is done. */
  readonly kind: 'view' | 'table';
  /** A select statement. */
  readonly sql: string;
  /** Columns that are unique together, for a refresh that does not block readers; empty: none. */
  readonly uniqueKey: readonly string[];
  /** How old a table may be while files keep coming, in ms. Absent: it is refreshed as soon as possible. */
  readonly maxStaleMs?: number;
}

/** How the rows of a mart or a query are drawn. */
export interface CompiledChart {
  readonly kind: 'lines' | 'bars';
  readonly x: string;
  /** At least one; of bars, and where there is a series, exactly one. */
  readonly y: readonly string[];
  readonly series: string | null;
}

export interface CompiledQuery {
  readonly name: string;
  readonly description: string;
  /** SQL with $1… in the order of parameters. */
  readonly sql: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly type: 'text' | 'integer' | 'float8' | 'date' | 'timestamp';
    readonly default?: string | number;
  }[];
  readonly chart?: CompiledChart;
  /** Columns that no two rows share together, in the order of the answer; absent: it cannot be paged through. */
  readonly order?: readonly OrderColumn[];
}

export interface OrderColumn {
  readonly column: string;
  readonly descending: boolean;
}

export type { Batch, LogicalType };
