/**
 * The one table of coded errors, and the error that carries a code. `message` says what happened, `fix` what
 * to do about it, `retry` whether the work that it stopped is tried again; words in {braces} are filled in.
 * docs/errors.md is generated from the table (`npm run docs`).
 */
import { plural } from '../plural.ts';
import { definitionCodes } from './codes/definition.ts';
import type { ErrorEntry } from './codes/entry.ts';
import { fileCodes } from './codes/file.ts';
import { loadCodes } from './codes/load.ts';
import { referenceCodes } from './codes/reference.ts';
import { rejectCodes } from './codes/reject.ts';
import { requestCodes } from './codes/request.ts';
import { serverCodes } from './codes/server.ts';
import { sourceCodes } from './codes/source.ts';
import { sourceBucketCodes } from './codes/source-buckets.ts';
import { sourceTableCodes } from './codes/source-tables.ts';
import { pathError, userName } from './system.ts';

export type { ErrorEntry, Retry } from './codes/entry.ts';

const table = {
  ...definitionCodes,
  ...fileCodes,
  ...loadCodes,
  ...referenceCodes,
  ...rejectCodes,
  ...requestCodes,
  ...serverCodes,
  ...sourceCodes,
  ...sourceBucketCodes,
  ...sourceTableCodes,
} as const;

export type ErrorCode = keyof typeof table;

/** Every code. The parts are in codes/, by what is wrong. */
export const errorTable: Readonly<Record<ErrorCode, ErrorEntry>> = table;

/** Fills `{name}` in a text from `values`, and `{count|thing}` with the number and the thing, in the plural but for 1. */
function fill(text: string, values: Record<string, unknown>): string {
  return text.replace(/\{(\w+)(?:\|([\w ]+))?\}/g, (whole, name, thing) => {
    if (!(name in values)) return whole;
    const value = values[name];
    return thing !== undefined && typeof value === 'number' ? plural(value, thing) : String(value);
  });
}

/** A text of the table as documents show it: `{rows|row}` is `{rows} rows`. */
export function shownTemplate(text: string): string {
  return text.replace(/\{(\w+)\|([\w ]+)\}/g, '{$1} $2s');
}

/** An error with a code from the table, its words filled in, and the way out. */
export class LandfallError extends Error {
  readonly code: ErrorCode;
  readonly fix: string;
  /** What its words were filled with, for those who must tell one case from another. */
  readonly values: Readonly<Record<string, unknown>>;
  constructor(code: ErrorCode, values: Record<string, unknown> = {}, options?: { cause?: unknown }) {
    super(fill(errorTable[code].message, values), options);
    this.name = 'LandfallError';
    this.code = code;
    this.values = values;
    this.fix = fill(errorTable[code].fix, values);
  }

  toJSON(): { code: ErrorCode; message: string; fix: string } {
    return { code: this.code, message: this.message, fix: this.fix };
  }
}

/** The error that a description was made of, in another process. */
export function restoreError({
  code,
  message,
  fix,
}: {
  code: string;
  message: string;
  fix: string;
}): LandfallError {
  const known = code in errorTable ? (code as ErrorCode) : 'LF_INTERNAL';
  return Object.assign(new LandfallError(known, { reason: message }), { message, fix });
}

/** What to do about a code that takes no words, as those of rejects do not. */
export function fixOf(code: string): string {
  return code in errorTable ? errorTable[code as ErrorCode].fix : '';
}

/**
 * Anything thrown, as an error with a code: LF_PATH… for files and folders, LF_DATABASE_… for refusals; else
 * LF_INTERNAL. `path`: as the caller knows the file.
 */
export function codedError(error: unknown, path?: string): LandfallError {
  if (error instanceof LandfallError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const place = pathError(error);
  if (place !== null) {
    const values = { ...place, ...(place.isDenied && { user: userName() }), path: path ?? place.path };
    return new LandfallError(place.isDenied ? 'LF_PATH_DENIED' : 'LF_PATH', values, { cause: error });
  }
  const refused = statementCode(error);
  if (refused === null) return new LandfallError('LF_INTERNAL', { reason }, { cause: error });
  // The column of a COPY that it is about. Its line is not that of the file.
  const where = (error as { where?: string }).where?.split('\n')[0].replace(/, line \d+/, '');
  const shown = where === undefined ? '' : ` (${where.slice(0, placeCharacters)})`;
  return new LandfallError(refused, { reason: `${reason}${shown}` }, { cause: error });
}

/** Characters of PostgreSQL's words for a place that are kept: they quote the value. */
const placeCharacters = 200;

/**
 * Errors of PostgreSQL that come back however often the statement is tried: a limit of the server, a value that a
 * column cannot hold. Others may be over in a moment: a table may just be altered. A missing privilege has a code
 * already (platform/database/privileges.ts).
 * SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const refusals: readonly (readonly [sqlState: RegExp, code: ErrorCode])[] = [
  [/^54...$/, 'LF_DATABASE_LIMIT'],
  [/^(22...|23502|23514)$/, 'LF_DATABASE_VALUE'],
];

function statementCode(error: unknown): ErrorCode | null {
  if (!(error instanceof Error) || !('severity' in error)) return null;
  const { code } = error as { code?: string };
  return refusals.find(([sqlState]) => sqlState.test(code ?? ''))?.[1] ?? null;
}

/** Anything thrown, as the code, message and fix that ledger, page and terminal show. */
export function describeError(error: unknown): { code: string; message: string; fix: string } {
  return codedError(error).toJSON();
}
