/** Turns a table of UTC offsets into the pieces of the local clock that kernel/assembly/types/zone.ts searches. */
import { RejectReason, type ZoneTable } from './types.ts';

/** Pieces of the local clock. All local times of a piece are read in the same way. */
export interface LocalPieces {
  /** Local seconds since the epoch. */
  readonly start: BigInt64Array;
  /** Seconds east of UTC to read a local time of the piece with. */
  readonly offset: Int32Array;
  /** Seconds to add to a skipped local time for what the clock really showed. */
  readonly shift: Int32Array;
  /** 0, or the RejectReason of the piece's times. */
  readonly reject: Int32Array;
}

interface Piece {
  offset: number;
  shift: number;
  reject: number;
}

/** Cuts the local clock at every wall-clock time at which an offset takes or loses effect. */
export function localPieces(table: ZoneTable): LocalPieces {
  const cuts = new Set<number>([table.utc[0]]);
  for (let i = 1; i < table.utc.length; i++) {
    cuts.add(table.utc[i] + table.offset[i - 1]);
    cuts.add(table.utc[i] + table.offset[i]);
  }
  const starts = [...cuts].sort((a, b) => a - b);
  const pieces = starts.map((start) => pieceAt(table, start));
  return {
    start: BigInt64Array.from(starts, BigInt),
    offset: Int32Array.from(pieces, (piece) => piece.offset),
    shift: Int32Array.from(pieces, (piece) => piece.shift),
    reject: Int32Array.from(pieces, (piece) => piece.reject),
  };
}

/** What the local time `local` means: no interval, one, or several of the table may contain it. */
function pieceAt(table: ZoneTable, local: number): Piece {
  if (local === table.utc[0]) return { offset: table.offset[0], shift: 0, reject: 0 };
  const near = lastAtOrBefore(table.utc, local);
  const holding: number[] = [];
  // Offsets are less than a day, so only intervals near the time can contain it.
  let before = Math.max(0, near - 8);
  for (let i = Math.max(0, near - 8); i <= Math.min(near + 8, table.utc.length - 1); i++) {
    const begins = table.utc[i] + table.offset[i];
    const ends = i + 1 < table.utc.length ? table.utc[i + 1] + table.offset[i] : Number.POSITIVE_INFINITY;
    if (i === 0 ? local < ends : begins <= local && local < ends) holding.push(i);
    if (i === 0 || begins <= local) before = i;
  }
  if (holding.length === 0) return skipped(table, before);
  if (holding.length === 1) return { offset: table.offset[holding[0]], shift: 0, reject: 0 };
  if (table.ambiguous === 'reject') return { offset: 0, shift: 0, reject: RejectReason.ambiguousTime };
  const chosen = table.ambiguous === 'earlier' ? holding[0] : holding[holding.length - 1];
  return { offset: table.offset[chosen], shift: 0, reject: 0 };
}

/** A time in the gap after interval `before`. */
function skipped(table: ZoneTable, before: number): Piece {
  const old = table.offset[before];
  const next = table.offset[before + 1];
  if (table.skipped === 'reject') return { offset: 0, shift: 0, reject: RejectReason.skippedTime };
  // Read with the old offset, the instant lies after the change, when the clock shows the new offset.
  return table.skipped === 'later'
    ? { offset: old, shift: next - old, reject: 0 }
    : { offset: next, shift: old - next, reject: 0 };
}

/** The last of the ascending starts that is at or before the value; the first where none is. */
export function lastAtOrBefore(starts: Float64Array, value: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= value) low = middle;
    else high = middle;
  }
  return low;
}
