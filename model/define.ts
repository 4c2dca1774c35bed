/** defineDataset and the shape of what it is given. */
import type { Column } from './columns.ts';
import type { ColumnRef, Enrichment } from './refs.ts';
import type { Rule } from './rules.ts';
import type { DateDimension, LookupDimension, Mart, Query, SqlText } from './star.ts';

export type Columns = Readonly<Record<string, Column>>;
export type Enrichments = Readonly<Record<string, Enrichment>>;

/** What `enrich` and `rules` are given: one typed reference per column. */
export type Refs<C extends Columns> = { readonly [K in keyof C]: ColumnRef<C[K]['type']> };

/**
 * What lake and star may name: columns, the halves of points, enrichments. Whether the named column's type
 * suits its place is for compileDataset: a condition on enrichment types here would make TypeScript settle
 * them before it has looked at `enrich`.
 */
export type Name<C extends Columns, E extends Enrichments> = keyof C | keyof E | keyof Halves<C>;

type Halves<C extends Columns> = {
  [K in keyof C as C[K]['type'] extends 'point'
    ? `${K & string}_lon` | `${K & string}_lat`
    : never]: 'float8';
};

export interface Dialect {
  /** One ASCII character, or 'auto' to find it per file. Default: ','. */
  readonly delimiter?: string;
  /** Null: quotes are ordinary characters. Default: '"'. */
  readonly quote?: string | null;
  /** The first record names the fields. Without it fields stand in the order of `columns`. Default: true. */
  readonly header?: boolean;
  /** Strip spaces and tabs around unquoted values. Default: false. */
  readonly trim?: boolean;
  readonly encoding?: 'utf-8';
}

export interface Lake<C extends Columns, E extends Enrichments> {
  /** Folders of the lake, outermost first: year=2018/month=05. */
  readonly partitionBy?: readonly Name<C, E>[];
  /** Columns of the parts. Default: every column and enrichment. */
  readonly columns?: readonly Name<C, E>[];
}

export interface Index<N> {
  readonly columns: readonly N[];
  readonly method?: 'btree' | 'brin';
}

export interface Star<C extends Columns, E extends Enrichments, D extends string> {
  /** Schema of the star's tables. Default: 'star'. */
  readonly schema?: string;
  /** Name of the fact table. */
  readonly fact: string;
  /** Key columns of the fact table and the dimension each points to. */
  readonly dimensions?: Readonly<
    Record<D, LookupDimension<NoInfer<Name<C, E>> & string> | DateDimension<NoInfer<Name<C, E>> & string>>
  >;
  /** Columns of the fact table; a point stands for its two halves. */
  readonly columns?: readonly Name<C, E>[];
  /** Over fact columns and keys. There is always one over chunk_id. */
  readonly indexes?: readonly Index<NoInfer<Name<C, E>> | NoInfer<D>>[];
}

/** A dataset as a person writes it. */
export interface DatasetDefinition<
  C extends Columns = Columns,
  E extends Enrichments = Enrichments,
  D extends string = string,
> {
  /** Folder under landing and lake: lower case letters, digits, - and _. */
  readonly name: string;
  readonly description?: string;
  readonly dialect?: Dialect;
  /** Texts that mean null in every column. Default: ['']. */
  readonly nulls?: readonly string[];
  readonly columns: C;
  /** Columns computed from columns. What is used but not returned stays inside. */
  readonly enrich?: (c: Refs<C>) => E;
  /** Rules over several columns; a row that breaks one is rejected (LF_REJECT_RULE). */
  readonly rules?: (c: Refs<NoInfer<C>>) => Readonly<Record<string, Rule>>;
  readonly lake?: Lake<C, E>;
  readonly star: Star<C, E, D>;
  readonly mode?: 'append';
  /** Past either, the file fails and leaves nothing behind. Default: share 0.1, any count. */
  readonly rejects?: { readonly share?: number; readonly count?: number };
  readonly marts?: Readonly<Record<string, Mart>>;
  /** Selects that must return no row when a file is done. */
  readonly checks?: Readonly<Record<string, SqlText>>;
  readonly queries?: Readonly<Record<string, Query>>;
}

/** Marks what defineDataset returned, also across two copies of this module. */
const mark = Symbol.for('landfall.definition');

/** A checked-by-type definition with its types forgotten; what compileDataset and the registry take. */
export interface Definition {
  readonly name: string;
  readonly source: DatasetDefinition;
}

/**
 * Defines a dataset. Names are checked by TypeScript where they are written; everything else by
 * compileDataset, which names all mistakes at once.
 */
export function defineDataset<
  const C extends Columns,
  const E extends Enrichments = Record<never, never>,
  const D extends string = never,
>(source: DatasetDefinition<C, E, D>): Definition {
  const definition = { name: source.name, source: source as unknown as DatasetDefinition };
  Object.defineProperty(definition, mark, { value: true });
  return definition;
}

/** True for what defineDataset returned. */
export function isDefinition(value: unknown): value is Definition {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[mark] === true;
}
