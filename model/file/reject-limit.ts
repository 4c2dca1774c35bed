/** How many rows of a file may be rejected before the file fails. */
import { plural } from '../../platform/plural.ts';

export interface RejectLimit {
  /** Of the file's rows, 0 to 1. */
  readonly share: number;
  /**
   * Rows that are allowed whatever their share is, in a file of which at least one row fits. Missing in definitions
   * that the ledger keeps from the time when there was none: 0.
   */
  readonly atLeast?: number;
  /** Rows that are never exceeded. */
  readonly count: number;
}

/** What applies where a definition does not say. */
export const defaultRejectLimit = { share: 0.01, atLeast: 10, count: Number.MAX_SAFE_INTEGER };

/**
 * Null within the limit, else the limit in words: a file fails when more rows are rejected than the share of its
 * rows and than the floor, or more than the count.
 */
export function exceededLimit(
  { share, atLeast = 0, count }: RejectLimit,
  { parsed, rejected }: { readonly parsed: number; readonly rejected: number },
): string | null {
  if (rejected > count) return plural(count, 'row');
  const floor = rejected < parsed ? atLeast : 0;
  const part = shareOf(share, parsed);
  if (rejected <= Math.max(part, floor)) return null;
  return floor > part ? plural(floor, 'row') : `${percent(share)} % of the rows`;
}

/** The most rows that may be rejected of a file of any length: with more, the rest of the file need not be read. */
export function mostRejects({ share, atLeast = 0, count }: RejectLimit): number {
  return share > 0 ? count : Math.min(atLeast, count);
}

/** The whole rows in a share. 0.29 of 100 is 29, where doubles say 28.999999999999996. */
function shareOf(share: number, rows: number): number {
  return Math.floor(share * rows * (1 + 4 * Number.EPSILON));
}

function percent(share: number): number {
  return Number((share * 100).toPrecision(12));
}
