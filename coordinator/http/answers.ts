/** Errors as the API returns them: `{code, message, fix}` and the HTTP status. */
import { STATUS_CODES } from 'node:http';
import { describeError, type ErrorCode, errorTable, LandfallError } from '../../platform/errors/errors.ts';

const statusOfCode: Partial<Record<ErrorCode, number>> = {
  LF_ATTENTION_UNKNOWN: 404,
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
  LF_HTTP_API_PAGE: 503,
  LF_HTTP_CONSOLE: 503,
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
  LF_QUERY_STREAMS: 429,
  LF_QUERY_TIMEOUT: 504,
  LF_REJECTS_CUT: 409,
  LF_REJECTS_EXPLODED: 409,
  LF_SOURCE_SPAN: 400,
  LF_SOURCE_UNKNOWN: 404,
  LF_SOURCE_WINDOW: 400,
  LF_DATASET_UNCLEAR: 409,
  LF_DEFINITION_PLACE: 409,
  LF_INIT_NAME: 400,
  LF_INIT_EXISTS: 409,
  LF_UPLOAD_BUSY: 409,
  LF_UPLOAD_CHILD: 409,
  LF_UPLOAD_CONTENT: 409,
  LF_UPLOAD_EXISTS: 409,
  LF_UPLOAD_MANY: 429,
  LF_UPLOAD_NAME: 400,
  LF_UPLOAD_OFFSET: 409,
  LF_UPLOAD_SIZE: 413,
  LF_UPLOAD_SPACE: 507,
  LF_UPLOAD_UNKNOWN: 404,
  LF_USAGE: 400,
  LF_WEBHOOK_DELIVERY: 404,
  LF_WEBHOOK_UNKNOWN: 409,
};

/** Codes of files that cannot be read, whoever has sent them. */
const ofContent = /^LF_(?:CORRECTION|DIALECT|FILE|HEADER|INIT|JSON|UNPACK)(?:_|$)/;

function statusOf(code: ErrorCode): number {
  const known = statusOfCode[code];
  if (known !== undefined) return known;
  const { retry } = errorTable[code];
  // An outage is not the caller's mistake, and is over at some time.
  if (retry === 'outage') return 503;
  return retry === 'never' && ofContent.test(code) ? 422 : 500;
}

export interface ErrorAnswer {
  readonly status: number;
  readonly body: { readonly code: string; readonly message: string; readonly fix: string };
}

/** What Fastify refuses before a handler is called, in words. https://fastify.dev/docs/latest/Reference/Errors */
const mistakesOfFastify: Readonly<Record<string, string>> = {
  FST_ERR_BAD_URL: 'its address has a percent sign that begins no character; write %25 for the sign itself',
  FST_ERR_CTP_BODY_TOO_LARGE: 'its body is longer than this address accepts',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'it says that its body is JSON, and has none',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'its body is not as long as content-length says',
  FST_ERR_CTP_INVALID_JSON_BODY: 'its body is not JSON',
  FST_ERR_CTP_INVALID_MEDIA_TYPE:
    'this address does not take a body of its content-type; send application/json',
};

/** For anything that a handler throws, or fastify before it calls one. */
export function errorAnswer(error: unknown): ErrorAnswer {
  if (error instanceof LandfallError) return { status: statusOf(error.code), body: error.toJSON() };
  const status = (error as { statusCode?: number }).statusCode ?? 500;
  if (status >= 500) return { status: 500, body: describeError(error) };
  const { code = '', message } = error as Error & { code?: string };
  const mistakes = mistakesOfFastify[code] ?? message;
  return { status, body: new LandfallError('LF_HTTP_REQUEST', { mistakes }).toJSON() };
}

/** Why Node cannot read a request, by its code: the status, and the mistake in words. */
const unreadable: Readonly<Record<string, readonly [status: number, mistake: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'it did not arrive in time'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'its chunk extensions are longer than 16 KiB'],
  HPE_HEADER_OVERFLOW: [431, 'its address and headers are longer than 16 KiB'],
};

/** For a request that is not HTTP, or exceeds what Node reads of one. */
export function unreadableAnswer({ code = '' }: { readonly code?: string }): ErrorAnswer {
  const [status, mistakes] = unreadable[code] ?? [400, 'it is not HTTP'];
  return { status, body: new LandfallError('LF_HTTP_REQUEST', { mistakes }).toJSON() };
}

/** An answer to whoever has a socket and no response. */
export function rawAnswer({ status, body }: ErrorAnswer): string {
  const text = JSON.stringify(body);
  return (
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n` +
    `Connection: close\r\nContent-Type: application/json; charset=utf-8\r\n` +
    `X-Content-Type-Options: nosniff\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`
  );
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
