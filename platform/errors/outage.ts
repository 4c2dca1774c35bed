/** Outages, as the ledger, the page and the log tell of them. */
import { describeError, type ErrorCode, LandfallError } from './errors.ts';
import { reasonOf } from './network.ts';
import { retryOf } from './retry.ts';

export type OutageOf = 'database' | 'queue' | 'lake' | 'landing';

/** What is in the way, in words that a person can act on. */
export interface Outage {
  readonly with: OutageOf;
  readonly code: ErrorCode;
  readonly message: string;
  readonly fix: string;
}

/** The outage that an error tells of; null where it tells of none. The error was named where the call was made. */
export function outageOf(error: unknown): Outage | null {
  if (!(error instanceof LandfallError) || retryOf(error) !== 'outage') return null;
  return { with: kindOf(error), ...error.toJSON() };
}

function kindOf({ code, values }: LandfallError): OutageOf {
  if (code.startsWith('LF_DATABASE_') || code === 'LF_COORDINATOR_REPLACED') return 'database';
  if (code.startsWith('LF_QUEUE_')) return 'queue';
  return values.role === 'lake' ? 'lake' : 'landing';
}

/** For a connection that must come back, whatever keeps it away. */
export function databaseOutage(error: unknown): Outage {
  const { code, message, fix } = describeError(error);
  return { with: 'database', code: code as ErrorCode, message, fix };
}

/** For a landing folder that cannot be listed as a whole. */
export function landingOutage(error: unknown, landingUrl: string): Outage {
  const values = { store: landingUrl, reason: reasonOf(error) };
  const known = error instanceof LandfallError ? error : new LandfallError('LF_STORAGE', values);
  return { with: 'landing', ...known.toJSON() };
}
