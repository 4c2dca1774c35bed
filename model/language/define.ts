/** defineDataset and the shape of what it is given. */
import type { Encoding } from '../../kernel/dialect/encodings.ts';
import type { TypesFor } from '../types/column-types.ts';
import type { Column } from './columns.ts';
import type { ColumnRef, Enrichment } from './refs.ts';
import type { Rule, UniqueRule } from './rules.ts';
import type { DateDimension, LookupDimension, Mart, Query, SqlText } from './star.ts';

export type Columns = Readonly<Record<string, Column>>;
export type Enrichments = Readonly<Record<string, Enrichment>>;

/** What `enrich` and `rules` are given: one typed reference per column. */
export type Refs<C extends Columns> = { readonly [K in keyof C]: ColumnRef<C[K]['type']> };

/**
 * What lake and star may name: columns, the halves of points, enrichments. Whether the named column's type
 * suits its place is for compileDataset.
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
 * How files are cut into records and fields. 'auto' leaves a member to each file: what was found is in the
 * file's receipt, and two answers that fit alike fail the file (LF_DIALECT_AMBIGUOUS).
 */
export interface Dialect {
  /** Between fields: one or more characters, or 'auto'. Default: ','. */
  readonly delimiter?: string;
  /** One ASCII character, 'auto', or null: quotes are ordinary characters. Default: '"'. */
  readonly quote?: string | null;
  /** Takes the meaning of the quote, delimiter, line end or escape after it, beside doubled quotes; or 'auto'. Default: none. */
  readonly escape?: string | null;
  /** The first record names the fields. Without it fields stand in the order of `columns`. Default: true. */
  readonly header?: boolean | 'auto';
  /** Strip spaces and tabs around unquoted values, and allow them around quoted ones. Default: false. */
  readonly trim?: boolean;
  /** 'lf': LF and CRLF end records; 'any': a CR alone too. Default: 'auto'. */
  readonly lineEnds?: 'lf' | 'any' | 'auto';
  /** Lines that begin with this text are left out; or 'auto'. Default: none. */
  readonly comment?: string | null;
  /** Lines before the header (or the first record) that are left out; or 'auto'. Default: 0. */
  readonly skipLines?: number | 'auto';
  /** Lines at the file's end that are left out. Default: 0. */
  readonly skipFooterLines?: number;
  /** Records with fewer fields are rejected, or padded with empty ones. Default: 'reject'. */
  readonly shortRows?: 'reject' | 'pad';
  /** Records with more fields are rejected, or the surplus is dropped. Default: 'reject'. */
  readonly longRows?: 'reject' | 'truncate';
  /** Default: 'utf-8'. */
  readonly encoding?: Encoding | 'auto';
}

/**
 * What becomes of a file whose columns differ from the definition's. 'fail' fails it (LF_DRIFT); 'ignore'
 * loads it. Either way receipt, command and page tell what differs. A file that lacks a column which is not
 * `optional` always fails (LF_HEADER).
 */
export interface DriftPolicy {
  /**
   * Columns that the definition does not know. With `{ keep: 'extra' }` their values go, as one json object
   * a row, into a column of that name, the last of star and lake. Default: 'ignore'.
   */
  readonly unknown?: 'ignore' | 'fail' | { readonly keep: string };
  /** Columns that are `optional` and not there: their values are null. Default: 'ignore'. */
  readonly missing?: 'ignore' | 'fail';
  /** Columns in another order. Default: 'ignore'. */
  readonly reordered?: 'ignore' | 'fail';
  /** Columns under one of their `aliases`. Default: 'ignore'. */
  readonly renamed?: 'ignore' | 'fail';
}

/** `N`: the names there are, here and below. */
export interface Lake<N> {
  /** Folders of the lake, outermost first: year=2018/month=05. */
  readonly partitionBy?: readonly N[];
  /** Columns of the parts. Default: every column and enrichment. */
  readonly columns?: readonly N[];
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
  readonly dimensions?: Readonly<Record<D, LookupDimension<N & string> | DateDimension<N & string>>>;
  /** Columns of the fact table; a point stands for its two halves. */
  readonly columns?: readonly N[];
  /** Over fact columns and keys. There is always one over chunk_id. */
  readonly indexes?: readonly Index<N | NoInfer<D>>[];
}

/** A dataset as a person writes it, but for `enrich`. */
export interface DatasetSource<C extends Columns, N, D extends string> {
  /** Folder under landing and lake: lower case letters, digits, - and _. */
  readonly name: string;
  readonly description?: string;
  readonly dialect?: Dialect | 'auto';
  /** Texts that mean null in every column. Default: ['']. */
  readonly nulls?: readonly string[];
  readonly columns: C;
  /** Rules over several columns; a row that breaks one is rejected (LF_REJECT_RULE, LF_REJECT_UNIQUE). */
  readonly rules?: (c: Refs<C>) => Readonly<Record<string, Rule | UniqueRule>>;
  readonly lake?: Lake<N>;
  /** The star's tables; 'none' for a dataset with the lake alone. */
  readonly star: Star<N, D> | 'none';
  readonly mode?: 'append';
  /**
   * What to do with other content under the name of a file that is loaded: `add` it to what is there, let
   * it `replace` the version before, or `refuse` it (LF_FILE_VERSION). Default: 'add'.
   */
  readonly versions?: 'add' | 'replace' | 'refuse';
  /** What to do with files whose columns differ. Default: load them, and tell what differs. */
  readonly drift?: DriftPolicy;
  /** Past either, the file fails and leaves nothing behind. Default: share 0.1, any count. */
  readonly rejects?: { readonly share?: number; readonly count?: number };
  readonly marts?: Readonly<Record<string, Mart>>;
  /** Selects that must return no row when a file is done. */
  readonly checks?: Readonly<Record<string, SqlText>>;
  readonly queries?: Readonly<Record<string, Query>>;
}

/** A dataset with its types forgotten, as the compiler reads it. */
export type DatasetDefinition = DatasetSource<Columns, string, string> & {
  readonly enrich?: (c: Readonly<Record<string, ColumnRef>>) => Enrichments;
};

/** Marks what defineDataset returned, also across two copies of this module. */
const mark = Symbol.for('landfall.definition');

/** What compileDataset and the registry take. */
export interface Definition {
  readonly name: string;
  readonly source: DatasetDefinition;
}

/**
 * Defines a dataset. Names are checked by TypeScript where they are written; everything else by
 * compileDataset, which names all mistakes at once.
 *
 * Two signatures, because TypeScript looks at `enrich` only after it has looked at everything else: one type
 * parameter for "no enrichments" and for "not looked at yet" would let names through in the first case.
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
    /** Columns computed from columns. What is used but not returned stays inside. */
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
