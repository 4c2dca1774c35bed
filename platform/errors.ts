/**
 * The one table of coded errors. `message` says what happened, `fix` what to do about it; words in
 * {braces} are filled in. docs/errors.md is checked against this table by a test.
 * Reject codes (LF_REJECT_…) name why a row was not loaded; they are not thrown.
 */
export const errorTable = {
  LF_CONFIG: { message: 'The settings have mistakes: {mistakes}', fix: 'Mend each named setting; `landfall doctor` shows what is in force.' },
  LF_INTERNAL: { message: 'Something went wrong inside Landfall: {reason}', fix: 'Nothing half-loaded counts. Try again; if it comes back, report it with this text.' },
} as const satisfies Record<string, { message: string; fix: string }>;

export type ErrorCode = keyof typeof errorTable;

/** Fills `{name}` in a text from `values`. */
function fill(text: string, values: Record<string, unknown>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** An error with a code from the table, its words filled in, and the way out. */
export class LandfallError extends Error {
  readonly code: ErrorCode;
  readonly fix: string;
  constructor(code: ErrorCode, values: Record<string, unknown> = {}, options?: { cause?: unknown }) {
    super(fill(errorTable[code].message, values), options);
    this.name = 'LandfallError';
    this.code = code;
    this.fix = fill(errorTable[code].fix, values);
  }

  toJSON(): { code: ErrorCode; message: string; fix: string } {
    return { code: this.code, message: this.message, fix: this.fix };
  }
}

/** Anything thrown, as the triple that ledger, page and terminal show. */
export function describeError(error: unknown): { code: string; message: string; fix: string } {
  if (error instanceof LandfallError) return error.toJSON();
  const reason = error instanceof Error ? error.message : String(error);
  return new LandfallError('LF_INTERNAL', { reason }, { cause: error }).toJSON();
}
