/** Sources: where Landfall fetches the files of a dataset from, and when. docs/sources.md describes each kind. */

import type { Schedule } from './schedules.ts';

/** A value that the environment has when a run starts. It is written nowhere. */
export interface EnvValue {
  readonly env: string;
}

/** A text, which may contain `{env:NAME}`, or a value of the environment as a whole. */
export type SecretText = string | EnvValue;

interface AnySource {
  /** When it runs. Default: only when a person asks for it (`landfall run`). */
  readonly schedule?: Schedule;
}

/** How an HTTP source is paged. */
export type Pages =
  /** The next page's address is in the body, or in the header `Link` (rel="next"), the default. */
  | { readonly by: 'link'; readonly at?: string }
  /** The body has a cursor, which is sent as a parameter of the next request. */
  | { readonly by: 'cursor'; readonly at: string; readonly parameter: string }
  /** A parameter is the number of records before the page. */
  | {
      readonly by: 'offset';
      readonly parameter: string;
      readonly limit: number;
      /** The parameter that is the number of records of a page. Default: none is sent. */
      readonly limitParameter?: string;
    }
  /** A parameter is the number of the page. */
  | { readonly by: 'number'; readonly parameter: string; readonly first?: number };

/** What says that a page is the last one: a total of records, a flag, or else an empty page. */
export type PagesEnd = { readonly total: string } | { readonly more: string } | 'empty';

export interface HttpSourceOptions extends AnySource {
  /** http:// or https://. May contain {from}, {to} and {env:NAME}. */
  readonly url: SecretText;
  readonly headers?: Readonly<Record<string, SecretText>>;
  /** Default: there is one page. */
  readonly pages?: Pages;
  /** Default: the first page without records, or without a next page. */
  readonly end?: PagesEnd;
  /** The most pages of a run. Default: 10,000. */
  readonly pagesMost?: number;
  /** The most bytes of a page, as sent. Default: 1 GiB. */
  readonly bytesMost?: number;
  /** The most requests per second. Default: any. */
  readonly rate?: number;
  /** How long the server may be silent. Default: '30s'. */
  readonly timeout?: string;
}

export interface S3SourceOptions extends AnySource {
  /** s3://bucket/prefix/ */
  readonly url: SecretText;
  /** Names of objects that are taken, where * stands for any characters: '*.json.zip'. Default: all. */
  readonly match?: string;
  /**
   * The URL of an SQS queue that the bucket sends its events to: env('ORDERS_QUEUE_URL'). The source runs as soon as
   * an object is created, and beside that by its schedule, which is every hour by default. Default: none.
   */
  readonly notifications?: SecretText;
}

export interface PostgresSourceOptions extends AnySource {
  /** postgres://… */
  readonly url: SecretText;
  /** schema.table */
  readonly table: string;
  /** Columns that identify a row. */
  readonly key: readonly string[];
  /**
   * What grows with each change of a row: a column, or an expression over the columns of `t`, such as
   * `{ sql: "to_timestamp(t.updated, 'YY-MM-DD HH24:MI:SS')" }`. Without it, each run fetches the whole table as one
   * file, as the mode snapshot needs it.
   */
  readonly cursor?: string | { readonly sql: string };
  /** Columns to fetch. Default: all. */
  readonly columns?: readonly string[];
  /**
   * How much smaller than the greatest cursor the cursor of a row may be that is committed later: a duration, or a
   * number if the cursor is one. Default: '10m', and 0.
   */
  readonly lag?: string | number;
  /** Rows of a file. Default: 100,000. */
  readonly pageRows?: number;
  /**
   * When the table is compared with the star, so that deletions are found, and updates that the cursor does not show.
   * The dataset needs `sweepColumns`. Default: never.
   */
  readonly sweep?: 'daily' | 'weekly' | Schedule;
}

/** A source as a builder returns it. The compiler checks it. */
export type Source =
  | { readonly source: 'http'; readonly options: HttpSourceOptions }
  | { readonly source: 's3'; readonly options: S3SourceOptions }
  | { readonly source: 'postgres'; readonly options: PostgresSourceOptions };

/** Pages of a web service: CSV, JSON or NDJSON. */
export function http(options: HttpSourceOptions): Source {
  return { source: 'http', options };
}

/** Objects below a prefix of a bucket. */
export function s3(options: S3SourceOptions): Source {
  return { source: 's3', options };
}

/** Rows of a table of a PostgreSQL database that are new or have changed. */
export function postgres(options: PostgresSourceOptions): Source {
  return { source: 'postgres', options };
}

/** The value that an environment variable has when a run starts: a password, a token, an address. */
export function env(name: string): EnvValue {
  return { env: name };
}
