/** What `landfall init --json` prints: everything that was found, as plain JSON. */
import type { Remark } from '../contract.ts';
import type { FoundFetch } from '../fetched/contract.ts';
import type { StarChoice } from '../star/contract.ts';
import { type DefinitionInput, withType } from './definition-source.ts';
import { checksOf, isRequired } from './evidence.ts';

/** A value without functions, bigints and undefined. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What was found of a source; null without one, and for a mode that is plain append. */
export interface FetchFindings {
  /** name, kind and options, as the definition has them. */
  readonly source: Json;
  /** mode and options. */
  readonly mode: Json;
  /** What a person should look at. */
  readonly checks: readonly string[];
}

/** The shape of the findings. Remarks are `{ kind: 'evidence' | 'check', text }`. */
export interface Findings extends FetchFindings {
  readonly dataset: string;
  readonly files: readonly string[];
  /** Rows of all files; about so many if `whole` is false. */
  readonly rows: number;
  /** Every row was read. */
  readonly whole: boolean;
  /** Members as `defineDataset` takes them, as far as they were found; `header`: names as they stand in the file. */
  readonly dialect: Json;
  readonly header: readonly string[] | null;
  readonly columns: readonly {
    readonly name: string;
    readonly aliases: readonly string[];
    readonly type: string;
    /** Of a numeric: precision and scale. */
    readonly digits: readonly number[] | null;
    readonly required: boolean;
    readonly optional: boolean;
    /** Texts besides the empty one that mean null. */
    readonly nulls: readonly string[];
    readonly options: Json;
    /** As the rows show them: rows, nulls, distinct, distinctExact, least, greatest, bytesMost,
     * misfits (text and line of the first) and misfitRows. */
    readonly facts: Json;
    readonly remarks: readonly Remark[];
  }[];
  /** Fact table, dimensions and date; null for a dataset with the lake alone. */
  readonly star: Json;
  readonly partitions: StarChoice['partitions'];
  /** The first rejects: line, code, column, message. `rejectedRows`: how many there will be. */
  readonly rejects: Json;
  readonly rejectedRows: number;
}

export function findings(input: DefinitionInput): Findings {
  const { dataset, files, dialect, star, rejects, rowCount, whole } = input;
  const columns = input.columns.map((column) => withType(column, star));
  const fetch = fetchFindings(input.fetch);
  return {
    ...{ dataset, files, rows: rowCount, whole },
    dialect: json(dialect.dialect),
    header: dialect.header,
    columns: columns.map((column) => ({
      name: column.name,
      aliases: column.aliases,
      type: column.guess.type,
      digits: column.guess.digits ?? null,
      required: isRequired(column),
      optional: column.optional,
      nulls: column.guess.nulls,
      options: json(column.guess.options),
      facts: json(column.facts),
      remarks: column.guess.remarks,
    })),
    star: json(star.star),
    partitions: star.partitions,
    rejects: json(rejects),
    rejectedRows: input.rejectedRows ?? rejects.length,
    source: fetch.source,
    mode: fetch.mode,
    checks: [
      ...checksIn(dialect.remarks),
      ...columns.flatMap((column) => checksOf(column).map((text) => `${column.name}: ${text}`)),
      ...checksIn(star.remarks),
      ...fetch.checks,
    ],
  };
}

export function fetchFindings(fetch: FoundFetch | undefined): FetchFindings {
  if (fetch === undefined) return { source: null, mode: null, checks: [] };
  const { source, mode } = fetch;
  const { name, kind, options } = source;
  return {
    source: { name, kind, options: json(options) },
    mode: mode === null ? null : { mode: mode.mode, options: json(mode.options) },
    checks: checksIn([...source.remarks, ...(mode?.remarks ?? [])]),
  };
}

function checksIn(remarks: readonly Remark[]): string[] {
  return remarks.flatMap(({ kind, text }) => (kind === 'check' ? [text] : []));
}

/** The value with regular expressions and bigints as texts. */
export function json(value: unknown): Json {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value)) return value.map(json);
  if (typeof value !== 'object' || value instanceof RegExp) return String(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([key, member]) => [key, json(member)]));
}
