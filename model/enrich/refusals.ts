/** How a function of `compute` rejects a row. */
import { shown } from '../words.ts';

/** Marks what `reject` returned, even across two copies of this module. */
const mark = Symbol.for('landfall.rejection');

/** What a function of `compute` returns for a row that it rejects. */
export interface Rejection {
  readonly reason: string;
}

/**
 * Rejects the row that a function of `compute` is called for:
 * `compute('float8', [c.hours], (hours) => (hours > 24 ? reject('more than 24 hours') : hours))`. The row becomes a
 * reject (LF_REJECT_COMPUTE) with the reason in its message.
 */
export function reject(reason: string): Rejection {
  return Object.defineProperty({ reason }, mark, { value: true });
}

function isRejection(value: unknown): value is Rejection {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[mark] === true;
}

/** Takes the rows that functions reject, while a batch is enriched. */
export interface Refusals {
  /** `reason`: in words, without a full stop. */
  add(row: number, reason: string): void;
}

/** For batches whose rows were all accepted before. */
export const noRefusals: Refusals = {
  add(_, reason) {
    throw new TypeError(`${reason}; the function must depend on its arguments only`);
  },
};

/** Characters of a reason that a message has. */
const reasonMost = 200;

/** Why the row is rejected for which the function returned this. `type`: what it should be, in words. */
export function refusalReason(result: unknown, type: string): string {
  if (!isRejection(result)) return `the function gave ${shown(result)}, which is not a value of type ${type}`;
  const reason = String(result.reason).trim().replace(/\.$/, '');
  const short = reason.length > reasonMost ? `${reason.slice(0, reasonMost)}…` : reason;
  return short === '' ? 'the function rejects the row' : short;
}
