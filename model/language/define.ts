/** defineDataset, and the types of its argument. */
import type { Encoding } from '../../kernel/dialect/encodings.ts';
import type { TypesFor } from '../types/column-types.ts';
import type { Check } from './checks.ts';
import type { Column } from './columns.ts';
import type { Source } from './define-sources.ts';
import type { Expect } from './expect.ts';
import type { Format } from './file-format.ts';
import type { Mode } from './modes.ts';
import type { ColumnRef, Enrichment } from './refs.ts';
import type { Rule, UniqueRule } from './rules.ts';
import type { Dimension, Mart, Query, SqlText } from './star.ts';

export type Columns = Readonly<Record<string, Column>>;
export type Enrichments = Readonly<Record<string, Enrichment>>;

/** The argument of `enrich` and `rules`: one typed reference per column. */
export type Refs<C extends Columns> = { readonly [K in keyof C]: ColumnRef<C[K]['type']> };

/**
 * What lake and star may name: columns, the halves of points, enrichments. compileDataset checks whether the type
 * suits its place.
 */
export type Name<C extends Columns, E extends Enrichments> =
  | keyof NoInfer<C>
  | keyof NoInfer<E>
  | keyof Halves<NoInfer<C>>;

type Halves<C extends Columns> = {
  [K in keyof C as C[K]['type'] extends TypesFor<'parts'>
    ? `${K & string}_lon` | `${K & string}_lat`
    : never]: 'float8';
};

/**
 * How files are cut into records and fields. 'auto' detects a member for each file. The file's receipt says what
 * was found. If two answers fit equally well, the file fails (LF_DIALECT_AMBIGUOUS).
 */
export interface Dialect {
  /** What separates fields: one or more characters; 'blanks', which are runs of spaces and tabs; or 'auto'. Default: ','. */
  readonly delimiter?: string;
  /** One ASCII character, 'auto', or null if quotes are ordinary characters. Default: '"'. */
  readonly quote?: string | null;
  /** Makes the quote, delimiter, line end or escape after it an ordinary character; or 'auto'. Doubled quotes still
   * work. Default: none. */
  readonly escape?: string | null;
  /** The first record names the fields. Without a header, fields are in the order of `columns`. Default: true. */
  readonly header?: boolean | 'auto';
  /** Strip spaces and tabs around unquoted values, and allow them around quoted ones. Default: false. */
  readonly trim?: boolean;
  /** 'lf': LF and CRLF end records; 'any': a CR alone too. Default: 'auto'. */
  readonly lineEnds?: 'lf' | 'any' | 'auto';
  /** Lines that begin with this text are skipped; or 'auto'. Default: none. */
  readonly comment?: string | null;
  /** Lines to skip before the header (or the first record); or 'auto'. Default: 0. */
  readonly skipLines?: number | 'auto';
  /** Records that name the columns together, each column with what stands in it. Default: 1. */
  readonly headerRows?: number;
  /** Lines to skip at the end of the file. Default: 0. */
  readonly skipFooterLines?: number;
  /** Records with fewer fields are rejected, or padded with empty fields. Default: 'reject'. */
  readonly shortRows?: 'reject' | 'pad';
  /** Records with more fields are rejected, or truncated. Default: 'reject'. */
  readonly longRows?: 'reject' | 'truncate';
  /** Records of delimiters and blanks alone are rows, or are skipped. Default: 'read'. */
  readonly blankRows?: 'read' | 'skip';
  /** How the file's text is encoded. Default: 'utf-8'. */
  readonly encoding?: Encoding | 'auto';
}

/**
 * What to do with a file whose columns differ from the definition's. 'fail' fails it (LF_DRIFT); 'ignore' loads
 * it. Either way, the receipt, the command and the page report the differences. A file that lacks a column which
 * is not `optional` always fails (LF_HEADER).
 */
export interface DriftPolicy {
  /**
   * Columns that the definition does not have. `{ keep: 'extra' }` stores their values, as one json object per row,
   * in a column of that name, the last column of star and lake. Default: 'ignore'.
   */
  readonly unknown?: 'ignore' | 'fail' | { readonly keep: string };
  /** `optional` columns that the file lacks. Their values are null. Default: 'ignore'. */
  readonly missing?: 'ignore' | 'fail';
  /** Columns in another order. Default: 'ignore'. */
  readonly reordered?: 'ignore' | 'fail';
  /** Columns under one of their `aliases`. Default: 'ignore'. */
  readonly renamed?: 'ignore' | 'fail';
}

/** `N`, here and below: the names that may be used. */
export interface Lake<N> {
  /** Folders of the lake, outermost first: year=2018/month=05. */
  readonly partitionBy?: readonly N[];
  /** Columns of the parts. Default: every column and enrichment. */
  readonly columns?: readonly N[];
  /**
   * What compresses the columns of a part for which that pays: 'zstd' takes fewer bytes and more time than Snappy, and
   * needs Node 22.15 or newer (docs/definitions/layouts.md). Default: 'snappy'.
   */
  readonly compression?: 'snappy' | 'zstd';
}

export interface Index<N> {
  readonly columns: readonly N[];
  readonly method?: 'btree' | 'brin';
}

/** `D`: the key columns, one per role of a dimension. */
export interface Star<N, D extends string> {
  /** Schema of the star's tables. Default: 'star'. */
  readonly schema?: string;
  /** Name of the fact table. */
  readonly fact: string;
  /** Key columns of the fact table and the dimension each points to. */
  readonly dimensions?: Readonly<Record<D, Dimension<N & string>>>;
  /** Columns of the fact table. A point stands for its two halves. */
  readonly columns?: readonly N[];
  /** Indexes over fact columns and keys. There is always one over chunk_id. */
  readonly indexes?: readonly Index<N | NoInfer<D>>[];
  /**
   * 'rows': the fact table has a row for each fact. 'packed': it is a view over a table that has a tuple for as many
   * facts as fit into a page, several times smaller and faster to load, and dearer to read (docs/definitions/layouts.md).
   * Default: 'rows'.
   */
  readonly layout?: 'rows' | 'packed';
  /**
   * Of packed facts: a timestamp, date or whole number by which rows are sorted as they are packed. The function
   * FACT_between(first, last) then reads only tuples that have rows in the range.
   */
  readonly sortBy?: N;
}

/** A dataset as a person writes it, without `enrich`. */
export interface DatasetSource<C extends Columns, N, D extends string> {
  /** Folder under landing and lake: lower case letters, digits, - and _. */
  readonly name: string;
  readonly description?: string;
  readonly dialect?: Dialect | 'auto';
  /** `jsonDocument(…)` or `ndjson()`, in place of `dialect`. Default: CSV. */
  readonly format?: Format;
  /** Texts that mean null in every column. Default: ['']. */
  readonly nulls?: readonly string[];
  readonly columns: C;
  /** Rules over several columns. A row that breaks one is rejected (LF_REJECT_RULE, LF_REJECT_UNIQUE). */
  readonly rules?: (c: Refs<C>) => Readonly<Record<string, Rule | UniqueRule>>;
  readonly lake?: Lake<N>;
  /** The star's tables; 'none' for a dataset with the lake alone. */
  readonly star: Star<N, D> | 'none';
  /** What the star shows of the rows of all files: `append()`, `upsert(…)`, `snapshot(…)` or `history(…)`. Default: append. */
  readonly mode?: 'append' | Mode<N & string>;
  /**
   * What to do with other content under the name of a loaded file: `add` it, let it `replace` the previous
   * version, or `refuse` it (LF_FILE_VERSION). Default: 'add'.
   */
  readonly versions?: 'add' | 'replace' | 'refuse';
  /** What to do with files whose columns differ. Default: load them, and report the differences. */
  readonly drift?: DriftPolicy;
  /**
   * A file fails, and leaves nothing behind, when more of its rows are rejected than this share of them, and more
   * than `atLeast` rows; and always when more than `count` are, or all. Default: share 0.01, at least 10 rows (none
   * where the share is 0), any count.
   */
  readonly rejects?: { readonly share?: number; readonly atLeast?: number; readonly count?: number };
  readonly marts?: Readonly<Record<string, Mart<(N & string) | NoInfer<D>>>>;
  /** Selects that must return no row once a file is loaded: SQL, which fails the file, or `check(…)`. */
  readonly checks?: Readonly<Record<string, SqlText | Check>>;
  readonly queries?: Readonly<Record<string, Query>>;
  /** When files are expected: whoever looks is told of those that are late or missing, or unusually large or small. */
  readonly expect?: Expect;
  /** Where files are fetched from, by name: `http(…)`, `s3(…)`, `postgres(…)`. Default: files are only dropped. */
  readonly sources?: Readonly<Record<string, Source>>;
}

/** A dataset without its type parameters, as the compiler reads it. */
export type DatasetDefinition = DatasetSource<Columns, string, string> & {
  readonly enrich?: (c: Readonly<Record<string, ColumnRef>>) => Enrichments;
};

/** Marks what defineDataset returned, even across two copies of this module. */
const mark = Symbol.for('landfall.definition');

/** The argument of compileDataset and the registry. */
export interface Definition {
  readonly name: string;
  readonly source: DatasetDefinition;
}

/**
 * Defines a dataset. TypeScript checks names where they are written. compileDataset checks everything else, and
 * names all mistakes at once.
 *
 * There are two signatures, because TypeScript infers from `enrich` last. A single signature would need one type
 * for both "no enrichments" and "not inferred yet", and would accept unknown names in the first case.
 */
export function defineDataset<const C extends Columns, const D extends string = never>(
  source: DatasetSource<C, Name<C, Record<never, never>>, D> & { readonly enrich?: undefined },
): Definition;
export function defineDataset<
  const C extends Columns,
  const E extends Enrichments,
  const D extends string = never,
>(
  source: DatasetSource<C, Name<C, E>, D> & {
    /** Columns computed from other columns. An enrichment that is used but not returned stays internal. */
    readonly enrich: (c: Refs<C>) => E;
  },
): Definition;
export function defineDataset(source: { readonly name: string }): Definition {
  const definition = { name: source.name, source: source as DatasetDefinition };
  Object.defineProperty(definition, mark, { value: true });
  return definition;
}

/** True for what defineDataset returned. */
export function isDefinition(value: unknown): value is Definition {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[mark] === true;
}
