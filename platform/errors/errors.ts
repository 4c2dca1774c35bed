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
import { rejectCodes } from './codes/reject.ts';
import { requestCodes } from './codes/request.ts';
import { serverCodes } from './codes/server.ts';

export type { ErrorEntry, Retry } from './codes/entry.ts';

const table = {
  ...definitionCodes,
  ...fileCodes,
  ...loadCodes,
  ...rejectCodes,
  ...requestCodes,
  ...serverCodes,
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

/** Anything thrown, as the triple that ledger, page and terminal show. */
export function describeError(error: unknown): { code: string; message: string; fix: string } {
  if (error instanceof LandfallError) return error.toJSON();
  const reason = error instanceof Error ? error.message : String(error);
  return new LandfallError('LF_INTERNAL', { reason }, { cause: error }).toJSON();
}
