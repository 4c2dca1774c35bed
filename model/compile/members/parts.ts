/** The members that each part of a definition may have. The types say so too, but only where TypeScript checks. */
import type { Chart } from '../../language/charts.ts';
import type { Check } from '../../language/checks.ts';
import type { DatasetDefinition, Dialect, DriftPolicy, Index, Lake, Star } from '../../language/define.ts';
import type { Expect } from '../../language/expect.ts';
import type { JsonDocumentFormat, NdjsonFormat } from '../../language/file-format.ts';
import type { FileInstant } from '../../language/modes.ts';
import type { ReferenceOptions } from '../../language/reference.ts';
import type { Enrichment } from '../../language/refs.ts';
import type { Rollup, RowExpression } from '../../language/rollups.ts';
import type { UniqueRule } from '../../language/rules.ts';
import type {
  DateDimension,
  LookupDimension,
  Query,
  QueryParameter,
  SqlMart,
  TimeDimension,
} from '../../language/star.ts';
import { columnTypes } from '../../types/column-types.ts';

/** What a part of a definition consists of. null: it has no members, or its own compiler checks them. */
export type Part = null | Members | Each | Choice;

/** An object with these members. */
interface Members {
  readonly members: Readonly<Record<string, Part>>;
}

/** A list, or an object whose members a person names. */
interface Each {
  readonly each: Part;
}

/** A part whose own members say what it consists of. */
interface Choice {
  readonly choose: (part: Readonly<Record<string, unknown>>) => Part;
}

/** All members of `T`: one that is missing here does not compile. */
type Complete<T> = T extends unknown ? { readonly [K in keyof Required<T>]: Part } : never;

const part = <T>(members: Complete<T>): Members => ({ members: members as Readonly<Record<string, Part>> });
const each = (one: Part): Each => ({ each: one });

/** The part that a member of the part names: `byName('kind', { rollup, view })`. Its compiler refuses other names. */
const byName = (member: string, parts: Readonly<Record<string, Part>>): Choice => {
  const known = new Map(Object.entries(parts));
  return { choose: (written) => known.get(String(written[member])) ?? null };
};

/** An object with members of these names. */
const named = (names: readonly string[]): Members => ({
  members: Object.fromEntries(names.map((name) => [name, null])),
});

/** Members that builders write: they are never what a person meant. */
export const inner = new Set([
  'kind',
  'logical',
  'inputs',
  'operation',
  'build',
  'total',
  'accepts',
  'joins',
]);

const fileInstant = part<FileInstant>({ pattern: null });

const dimension = byName('kind', {
  lookup: part<LookupDimension>({
    kind: null,
    table: null,
    natural: null,
    attributes: null,
    keys: null,
    shared: null,
    mode: null,
    by: null,
  }),
  date: part<DateDimension>({ kind: null, table: null, column: null, shared: null }),
  time: part<TimeDimension>({ kind: null, table: null, column: null, grain: null, shared: null }),
});

const chart = part<Chart>({ kind: null, x: null, y: null, series: null });

const rollup = part<Rollup>({
  kind: null,
  by: each(part<RowExpression>({ expression: null, column: null, size: null, degrees: null, as: null })),
  // Measures have no options.
  measures: null,
  where: null,
  chart,
});

const sqlMart = part<SqlMart>({ kind: null, sql: null, uniqueKey: null, maxStale: null, chart });

const column = byName(
  'type',
  Object.fromEntries(
    Object.entries(columnTypes).map(([type, { options }]) => [
      type,
      { members: { type: null, logical: null, options: named(Object.keys(options)) } },
    ]),
  ),
);

export const datasetPart = part<DatasetDefinition>({
  name: null,
  description: null,
  dialect: part<Dialect>({
    delimiter: null,
    quote: null,
    escape: null,
    header: null,
    trim: null,
    lineEnds: null,
    comment: null,
    skipLines: null,
    headerRows: null,
    skipFooterLines: null,
    shortRows: null,
    longRows: null,
    blankRows: null,
    encoding: null,
  }),
  format: byName('kind', {
    json: part<JsonDocumentFormat>({ kind: null, records: null, explode: null, parent: null }),
    ndjson: part<NdjsonFormat>({ kind: null, explode: null, parent: null }),
  }),
  nulls: null,
  columns: each(column),
  // What these functions return is checked when they have been called.
  enrich: null,
  rules: null,
  lake: part<Lake<string>>({ partitionBy: null, columns: null, compression: null }),
  star: part<Star<string, string>>({
    schema: null,
    fact: null,
    dimensions: each(dimension),
    columns: null,
    indexes: each(part<Index<string>>({ columns: null, method: null })),
    layout: null,
    sortBy: null,
  }),
  // Each mode refuses what is not an option of its own.
  mode: null,
  versions: null,
  drift: part<DriftPolicy>({
    unknown: part<{ keep: string }>({ keep: null }),
    missing: null,
    reordered: null,
    renamed: null,
  }),
  rejects: part<NonNullable<DatasetDefinition['rejects']>>({ share: null, atLeast: null, count: null }),
  marts: each(byName('kind', { rollup, view: sqlMart, table: sqlMart })),
  checks: each(part<Check>({ kind: null, sql: null, severity: null, over: null })),
  queries: each(
    part<Query>({
      description: null,
      sql: null,
      parameters: each(part<QueryParameter>({ type: null, default: null })),
      order: null,
      chart,
    }),
  ),
  expect: part<Expect>({ every: null, by: null, zone: null, grace: null, named: fileInstant, lag: null }),
  // Each kind of source reads its own options, and refuses others.
  sources: null,
});

/** Options of the enrichments that have some, by the name of their operation. Builders leave none in what they return. */
const enrichmentOptions: Readonly<Record<string, readonly string[]>> = {
  compute: ['nulls'],
  pattern: ['group'],
  lookupTable: ['otherwise'],
  join: ['otherwise', 'missing'],
};

const enrichment = part<Enrichment>({
  type: null,
  logical: null,
  inputs: null,
  operation: null,
  build: null,
  total: null,
  accepts: null,
  joins: null,
});

/** What `enrich` returns. */
export const enrichmentsPart = each({
  choose: ({ operation }) => {
    const [name] = Array.isArray(operation) ? operation : [];
    return { members: { ...named(enrichmentOptions[String(name)] ?? []).members, ...enrichment.members } };
  },
});

const uniqueRule = part<UniqueRule>({ unique: null, scope: null });

/** What `rules` returns. */
export const rulesPart = each({ choose: (rule) => ('unique' in rule ? uniqueRule : null) });

// The compiler of a dataset checks columns and dialect.
const csvReference = part<Extract<ReferenceOptions, { csv: unknown }>>({
  name: null,
  key: null,
  columns: null,
  csv: null,
  dialect: null,
});

const queryReference = part<Extract<ReferenceOptions, { query: unknown }>>({
  name: null,
  key: null,
  columns: null,
  query: null,
  url: null,
});

/** A reference table that an enrichment joins. */
export const referencePart: Choice = {
  choose: (written) => ('query' in written ? queryReference : csvReference),
};
