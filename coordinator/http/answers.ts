/** Errors as the API returns them: `{code, message, fix}` and the HTTP status. */
import { describeError, type ErrorCode, errorTable, LandfallError } from '../../platform/errors/errors.ts';

const statusOfCode: Partial<Record<ErrorCode, number>> = {
  LF_ATTENTION_UNKNOWN: 404,
  LF_CORRECTION_EXPORT: 400,
  LF_CORRECTION_NONE: 409,
  LF_DATABASE_LOCKED: 409,
  LF_DATASET_BROKEN: 409,
  LF_DATASET_UNKNOWN: 409,
  LF_FILE_ACCEPTED: 409,
  LF_FILE_BUSY: 409,
  LF_FILE_CHILD: 409,
  LF_FILE_MISSING: 409,
  LF_FILE_NOT_LOADED: 409,
  LF_FILE_UNKNOWN: 404,
  LF_HTTP_HOST: 421,
  LF_HTTP_METHOD: 405,
  LF_HTTP_NOT_FOUND: 404,
  LF_HTTP_ORIGIN: 403,
  LF_HTTP_PAGE: 503,
  LF_HTTP_REQUEST: 400,
  LF_HTTP_ROLE: 403,
  LF_HTTP_STANDBY: 503,
  LF_HTTP_TOKEN: 401,
  LF_QUERY_EMPTY: 409,
  LF_QUERY_TIMEOUT: 504,
  LF_REJECTS_CUT: 409,
  LF_REJECTS_EXPLODED: 409,
  LF_SOURCE_SPAN: 400,
  LF_SOURCE_UNKNOWN: 404,
  LF_SOURCE_WINDOW: 400,
  LF_UPLOAD_SIZE: 413,
  LF_USAGE: 400,
};

/** An outage is not the caller's mistake, and is over at some time. */
function statusOf(code: ErrorCode): number {
  return statusOfCode[code] ?? (errorTable[code].retry === 'outage' ? 503 : 500);
}

export interface ErrorAnswer {
  readonly status: number;
  readonly body: { readonly code: string; readonly message: string; readonly fix: string };
}

/** For anything that a handler throws, or fastify before it calls one. */
export function errorAnswer(error: unknown): ErrorAnswer {
  if (error instanceof LandfallError) return { status: statusOf(error.code), body: error.toJSON() };
  const status = (error as { statusCode?: number }).statusCode ?? 500;
  if (status >= 500) return { status: 500, body: describeError(error) };
  const mistakes = (error as Error).message;
  return { status, body: new LandfallError('LF_HTTP_REQUEST', { mistakes }).toJSON() };
}

/** For a path that does not exist. */
export function notFound(path: string): LandfallError {
  return new LandfallError('LF_HTTP_NOT_FOUND', { path });
}

/** JSON schema of `{code, message, fix}`, for the OpenAPI document. */
export const errorSchema = {
  type: 'object',
  description: 'What went wrong and what to do about it',
  properties: { code: { type: 'string' }, message: { type: 'string' }, fix: { type: 'string' } },
} as const;
