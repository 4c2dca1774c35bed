/**
 * Tells an outage (a server that is away, a full disk) from what is wrong with the work
 * itself. The first is waited out; the second is tried a few times and then fails its file.
 *
 * SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
import { describeError, type ErrorCode, LandfallError } from './errors.ts';

export type OutageOf = 'database' | 'queue' | 'lake' | 'landing';

type ErrorWords = ReturnType<typeof describeError>;

/** What is in the way, in words that a person can act on. */
export interface Outage {
  readonly with: OutageOf;
  readonly code: ErrorCode;
  readonly message: string;
  readonly fix: string;
}

/** Of one system call's or one statement's error. */
interface Sign {
  readonly code?: string;
  readonly message: string;
  readonly cause?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** The server is away, going or coming: it was told to stop, crashed or starts up. */
const serverAway = /^(08...|57P0[1235]|25P03|25006)$/;
/** The server, the database or the role takes no more connections. */
export const tooManyConnections = '53300';
/** It lacks disk, memory or another resource, or its disk fails. */
const serverLacks = /^(53...|58030)$/;
/** What the driver says, without a code, of a connection that is gone or does not come about. */
const connectionGone =
  /Connection terminated|timeout exceeded when trying to connect|connection error and is not queryable|Client was closed|Query read timeout/;

/** Of sockets: nobody is there. */
const network =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|ENOTFOUND|EAI_AGAIN)$/;

/** Of a file system: it is full, gone, read-only, or the process has no descriptor left. */
const storeAway =
  /^(ENOSPC|EDQUOT|EROFS|EMFILE|ENFILE|ENOMEM|ESTALE|ENOTCONN|ENODEV|ENXIO|ESHUTDOWN|EAGAIN|EBUSY)$/;

/** In the lake these mean the lake; of a landed file they may be about that one file alone. */
const oneFileOrAll = /^(EIO|EACCES|EPERM)$/;

/** The an outage that an error tells of; null where the work itself is at fault. */
export function outageOf(error: unknown, stores: { readonly lakeUrl: string }): Outage | null {
  if (error instanceof LandfallError) return storeOutage(error, stores.lakeUrl);
  const { code = '', message } = signOf(error);
  if (/^OOM command not allowed|^LOADING|^READONLY|^MASTERDOWN/.test(message)) return queueOutage(message);
  if (serverAway.test(code) || connectionGone.test(message) || network.test(code))
    return described('database', 'LF_DATABASE_LOST', message);
  if (code === tooManyConnections) return described('database', 'LF_DATABASE_CONNECTIONS', message);
  return serverLacks.test(code) ? described('database', 'LF_DATABASE_RESOURCES', message) : null;
}

/** An error in words for ledger and page. Outage that has outlasted the outage timeout is said as what it is. */
export function describeFailure(error: unknown, stores: { readonly lakeUrl: string }): ErrorWords {
  const outage = outageOf(error, stores);
  return outage === null
    ? describeError(error)
    : { code: outage.code, message: outage.message, fix: outage.fix };
}

/** What a command ends with, in words. What the server said, and no part of the command has put in words, may be outage. */
export function describeEnd(error: unknown): ErrorWords {
  const said = !(error instanceof LandfallError) && /^\d/.test(signOf(error).code ?? '');
  return said ? describeFailure(error, { lakeUrl: '' }) : describeError(error);
}

/** Outage with the queue's server. */
export function queueOutage(reason: string): Outage {
  return described('queue', 'LF_QUEUE_LOST', reason);
}

/** Outage with the connections to the database, whatever the reason. */
export function databaseOutage(error: unknown): Outage {
  return outageOf(error, { lakeUrl: '' }) ?? described('database', 'LF_DATABASE_LOST', signOf(error).message);
}

/** Outage with the landing folder as a whole. */
export function landingOutage(error: unknown, landingUrl: string): Outage {
  const known = error instanceof LandfallError ? error : null;
  const values = { store: landingUrl, reason: signOf(error).message };
  return { with: 'landing', ...(known ?? new LandfallError('LF_STORAGE', values)).toJSON() };
}

function storeOutage(error: LandfallError, lakeUrl: string): Outage | null {
  if (error.code === 'LF_DATABASE_UNREACHABLE') return outageOf(error.cause, { lakeUrl });
  if (error.code === 'LF_DATABASE_CONNECTIONS') return { with: 'database', ...error.toJSON() };
  if (error.code !== 'LF_STORAGE') return null;
  const store = String(error.values.store);
  const ofLake = store === lakeUrl || store.startsWith(`${lakeUrl}/`);
  const { code = '', $metadata } = signOf(error.cause);
  const status = $metadata?.httpStatusCode;
  const away = storeAway.test(code) || network.test(code) || (status !== undefined && status >= 500);
  const denied = oneFileOrAll.test(code) || status === 403 || status === 429;
  if (!away && !(denied && ofLake) && !isSilent(error.cause)) return null;
  return { with: ofLake ? 'lake' : 'landing', ...error.toJSON() };
}

/** What the S3 client throws when no answer came at all. */
function isSilent(cause: unknown): boolean {
  const { name = '' } = (cause ?? {}) as { name?: string };
  return /^(TimeoutError|NetworkingError|RequestTimeout)$/.test(name);
}

function described(what: OutageOf, code: ErrorCode, reason: string): Outage {
  return { with: what, ...new LandfallError(code, { reason }).toJSON() };
}

/** A name with several addresses fails with an error for each: the first tells enough. */
function signOf(error: unknown): Sign {
  if (error instanceof AggregateError && error.errors.length > 0) return signOf(error.errors[0]);
  if (error instanceof Error) return error as Sign;
  return { message: String(error) };
}
