/** What `landfall init --json` prints of files of JSON. */
import type { PredictedReject } from '../contract.ts';
import { type FetchFindings, fetchFindings, type Json, json } from './findings.ts';
import { type JsonDefinitionInput, jsonChecks } from './json-source.ts';

export interface JsonFindings extends FetchFindings {
  readonly dataset: string;
  readonly files: readonly string[];
  readonly format: 'json' | 'ndjson';
  /** The path of the records. */
  readonly records: string;
  /** Records that were looked at. */
  readonly rows: number;
  /** Records that were read with the types; `whole`: all of them. */
  readonly read: number;
  readonly whole: boolean;
  readonly rejects: readonly PredictedReject[];
  readonly rejectedRows: number;
  readonly columns: readonly {
    readonly name: string;
    readonly path: string | null;
    readonly type: string;
    readonly digits: readonly number[] | null;
    readonly nulls: readonly string[];
    readonly options: Json;
    /** Records with a value. */
    readonly present: number;
  }[];
  readonly checks: readonly string[];
}

export function jsonFindings(input: JsonDefinitionInput): JsonFindings {
  const { dataset, file, kind, records, looked, columns, fetch } = input;
  const { read, whole, rejects, rejectedRows } = input;
  const found = fetchFindings(fetch);
  return {
    ...{ dataset, files: [file], format: kind, records, rows: looked },
    ...{ read, whole, rejects, rejectedRows },
    columns: columns.map(({ name, path, guess, present }) => ({
      ...{ name, path, type: guess.type, digits: guess.digits ?? null, nulls: guess.nulls },
      ...{ options: json(guess.options), present },
    })),
    source: found.source,
    mode: found.mode,
    checks: [...jsonChecks(input), ...found.checks],
  };
}
