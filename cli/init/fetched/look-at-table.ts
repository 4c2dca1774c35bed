/** Looks at a table of PostgreSQL: the catalogue says its types, its key, and which columns are not null. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Exploration } from '../../../coordinator/explore/explore-file.ts';
import type { ColumnGuess, KnownColumn, Remark } from '../../../model/infer/contract.ts';
import { isChangeName, isKeyType, rowMode } from '../../../model/infer/fetched/choose-mode.ts';
import type { FoundMode, ModeColumn } from '../../../model/infer/fetched/contract.ts';
import type { SecretText } from '../../../model/language/define-sources.ts';
import type { TypeName } from '../../../model/types/column-types.ts';
import { list } from '../../../model/words.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import {
  type CatalogueColumn,
  sampleTable,
  type TableSample,
} from '../../../sources/postgres/sample-table.ts';
import type { SampledSource, SampleTask } from './contract.ts';

export interface TableOptions {
  /** As the definition has it, and as it is now. */
  readonly url: SecretText;
  readonly address: string;
  /** Undefined: the error lists the tables. */
  readonly table?: string;
  /** Columns that identify a row. Default: those of the primary key, or of a unique index. */
  readonly key?: readonly string[];
  /** The column that grows with each change of a row. Default: one whose name says so. */
  readonly cursor?: string;
}

const sourceName = 'database';
/** Rows that are looked at. */
const rowsMost = 20_000;
/** Rows from which on a person should know that each run fetches all of them. */
const rowsMany = 1_000_000;
/** The most digits of a numeric, and those behind the point where the table does not say how many. */
const digitsMost = 38;
const scaleUnsaid = 9;

const instants = ['yyyy-MM-dd HH:mm:ss', 'yyyy-MM-dd HH:mm:ss.S'];
const timeTypes = new Set(['timestamp without time zone', 'timestamp with time zone', 'date']);

/** @throws LandfallError LF_INIT_TABLE, LF_INIT_SOURCE, and what connecting throws */
export async function sampleFromTable(
  options: TableOptions,
  { dataset, folder }: SampleTask,
): Promise<SampledSource> {
  const sample = await sampleTable(options.table, { name: sourceName, url: options.address, rowsMost });
  const { table, columns, sampledRows } = sample;
  const fail = (reason: string) => new LandfallError('LF_INIT_SOURCE', { address: table, reason });
  if (sampledRows === 0) throw fail('it has no rows');
  const named = [...(options.key ?? []), ...(options.cursor === undefined ? [] : [options.cursor])];
  const unknown = named.filter((name) => !columns.some((column) => column.name === name));
  if (unknown.length > 0)
    throw fail(`it has no column ${list(unknown)}, but ${list(columns.map(({ name }) => name))}`);
  const key = options.key ?? sample.key;
  if (key.length === 0)
    throw fail(
      'it has neither a primary key nor a unique index over columns that are not null: name the columns that identify a row with --key',
    );
  const cursor = cursorOf(columns, options.cursor);
  const file = join(folder, `${dataset}.csv`);
  await writeFile(file, sample.csv);
  return {
    files: [file],
    shown: [table],
    known: new Map(columns.map((column) => [column.name, knownOf(column)])),
    exploration: copied(columns.map(({ name }) => name)),
    source: {
      ...{ name: sourceName, kind: 'postgres', remarks: remarksOf(sample, options, key, cursor) },
      options: { url: options.url, table, key, ...(cursor !== null && { cursor: cursor.name }) },
    },
    mode: (found) => modeOf(dataset, found, key, cursor),
  };
}

/** How COPY writes a file. Nothing in it is to be guessed: blanks around a text are part of it. */
function copied(header: readonly string[]): Exploration {
  return {
    ...{ dialect: {}, header, fieldCount: header.length, firstRecord: header, remarks: [] },
    ...{ compression: undefined, moreHeaders: 0, linesAbove: 1, undecided: false, hasLongRecords: true },
  };
}

/** The column that grows with each change of a row; null: none is evident. */
function cursorOf(columns: readonly CatalogueColumn[], named: string | undefined): CatalogueColumn | null {
  if (named !== undefined) return columns.find(({ name }) => name === named)!;
  const candidates = columns.filter(
    ({ name, type }) => timeTypes.has(type) && type !== 'date' && isChangeName(name),
  );
  return candidates.find(({ notNull }) => notNull) ?? null;
}

function remarksOf(
  { isPrimary, rowsAbout, columns }: TableSample,
  options: TableOptions,
  key: readonly string[],
  cursor: CatalogueColumn | null,
): Remark[] {
  const remarks: Remark[] = [];
  const evidence = (text: string) => remarks.push({ kind: 'evidence', text });
  const check = (text: string) => remarks.push({ kind: 'check', text });
  if (options.key === undefined)
    evidence(
      `${list(key)} ${key.length === 1 ? 'is' : 'are'} the ${isPrimary ? 'primary key' : 'unique index of the table'}`,
    );
  if (cursor !== null && options.cursor === undefined)
    check(
      `${cursor.name} must grow with each change of a row: what changes without it is found by a sweep only`,
    );
  const nullable = columns.find(
    ({ name, type, notNull }) => !notNull && timeTypes.has(type) && isChangeName(name),
  );
  if (cursor === null && nullable !== undefined)
    check(`${nullable.name} may be null, so it is not the cursor`);
  if (cursor === null && rowsAbout >= rowsMany)
    check(`each run fetches the whole table, about ${Math.round(rowsAbout).toLocaleString('en-US')} rows`);
  else if (cursor === null)
    evidence('no column says when a row has changed: each run fetches the whole table');
  return remarks;
}

function modeOf(
  dataset: string,
  found: readonly ModeColumn[],
  key: readonly string[],
  cursor: CatalogueColumn | null,
): FoundMode {
  const keys = key.map((header) => found.find((column) => column.header === header)!);
  if (!keys.every(isKeyType)) return rowMode(dataset, found);
  const names = keys.map(({ name }) => name);
  if (cursor === null)
    return { mode: 'snapshot', options: { key: names, asOf: { pattern: '{date}.csv' } }, remarks: [] };
  const orderBy = found.find(({ header }) => header === cursor.name)!.name;
  return { mode: 'upsert', options: { key: names, orderBy }, remarks: [] };
}

/** Types of the catalogue that have one of ours, with the options that their texts in a file need. */
const plainTypes: Readonly<Record<string, readonly [TypeName, Readonly<Record<string, unknown>>]>> = {
  smallint: ['smallint', {}],
  integer: ['integer', {}],
  bigint: ['bigint', {}],
  real: ['float8', {}],
  'double precision': ['float8', {}],
  boolean: ['boolean', {}],
  date: ['date', {}],
  'time without time zone': ['time', {}],
  'timestamp without time zone': ['timestamp', { formats: instants }],
  'timestamp with time zone': ['timestamp', { formats: instants }],
  uuid: ['uuid', {}],
  json: ['json', {}],
  jsonb: ['json', {}],
};

function knownOf(column: CatalogueColumn): KnownColumn {
  return { guess: guessOf(column), required: column.notNull };
}

function guessOf({ type, digits, notNull }: CatalogueColumn): ColumnGuess | null {
  const evidence = (text: string): Remark => ({ kind: 'evidence', text: `${text} of the table` });
  const plain = Object.hasOwn(plainTypes, type) ? plainTypes[type] : null;
  if (plain !== null) return { type: plain[0], options: plain[1], nulls: [], remarks: zoneRemarks(type) };
  // Lengths of time with months have no length of their own: the values say whether there are any.
  if (type === 'interval') return null;
  if (type !== 'numeric') {
    const isText = /^(?:text|character varying|character|bpchar|citext|name)$/.test(type);
    // A text that is not null may be empty.
    const options = notNull ? { nulls: [] } : {};
    return { type: 'text', options, nulls: [], remarks: isText ? [] : [evidence(type)] };
  }
  const isSaid = digits !== null && digits[0] <= digitsMost && digits[1] >= 0 && digits[1] <= digits[0];
  if (isSaid) return { type: 'numeric', digits, options: {}, nulls: [], remarks: [] };
  const text = `the table does not limit its digits: at most ${scaleUnsaid} behind the point are read`;
  return {
    type: 'numeric',
    digits: [digitsMost, scaleUnsaid],
    options: {},
    nulls: [],
    remarks: [{ kind: 'check', text }],
  };
}

function zoneRemarks(type: string): Remark[] {
  if (type !== 'timestamp without time zone') return [];
  return [{ kind: 'check', text: 'the table does not name its zone: UTC is assumed' }];
}
