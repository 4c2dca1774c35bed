/**
 * A compiled source. Texts of type Template may contain `{env:NAME}`, `{from}` and `{to}`, which are filled in when a
 * run starts (sources/fetching/fill.ts). No other text contains a secret.
 */
import type { CompiledSchedule } from './compiled-schedule.ts';
import type { Pages, PagesEnd } from './language/define-sources.ts';

export type { Pages, PagesEnd } from './language/define-sources.ts';

export type Template = string;

export type CompiledSource = CompiledHttpSource | CompiledS3Source | CompiledPostgresSource;

interface AnySource {
  /** As in `sources` of the definition. */
  readonly name: string;
  /** Null: it runs when a person asks for it. */
  readonly schedule: CompiledSchedule | null;
  /** Environment variables that it needs, sorted. */
  readonly env: readonly string[];
}

/** The members of a source without those that every kind has. */
export type OwnMembers<Source extends CompiledSource> = Omit<Source, keyof AnySource>;

export interface CompiledHttpSource extends AnySource {
  readonly kind: 'http';
  readonly url: Template;
  readonly headers: Readonly<Record<string, Template>>;
  readonly format: 'csv' | 'json' | 'ndjson';
  /** Of CSV: the first record of each page names the columns. */
  readonly header: boolean;
  /** Members on the path to the array of records; empty: the document is the array. */
  readonly records: readonly string[];
  /** Null: there is one page. Paths are texts such as `$.meta.next`. */
  readonly pages: Pages | null;
  readonly end: PagesEnd;
  readonly pagesMost: number;
  readonly bytesMost: number;
  /** Null: any. */
  readonly requestsPerSecond: number | null;
  readonly timeoutMs: number;
}

export interface CompiledS3Source extends AnySource {
  readonly kind: 's3';
  readonly url: Template;
  /** `*` stands for any characters. */
  readonly match: string;
  /** The URL of the queue that the bucket sends its events to. Null: there is none. */
  readonly notifications: Template | null;
}

export interface CompiledPostgresSource extends AnySource {
  readonly kind: 'postgres';
  readonly url: Template;
  readonly table: string;
  readonly key: readonly string[];
  /** Null: each run fetches the whole table. */
  readonly cursor: { readonly column: string } | { readonly sql: string } | null;
  /** Empty: all. */
  readonly columns: readonly string[];
  /** For a cursor that is a time. */
  readonly lagMs: number;
  /** For a cursor that is a number. */
  readonly lagNumber: number;
  readonly pageRows: number;
  /** Null: it is not swept. */
  readonly sweep: CompiledSweep | null;
}

/** A source that is swept, and the source beside it that sweeps it. Files of both have the columns of `sweepColumns`. */
export interface CompiledSweep {
  /** The name of the source that is swept. */
  readonly of: string;
  /** The column that marks a deletion. */
  readonly deleted: string;
  /** The text that means true in it. */
  readonly word: string;
}

/** The source whose runs come one after another with those of this one: itself, or the one that it sweeps. */
export function ownerOf(source: CompiledSource): string {
  return (source.kind === 'postgres' ? source.sweep?.of : undefined) ?? source.name;
}
