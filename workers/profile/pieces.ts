/** What of a file is profiled: all of it, or pieces that are evenly spread over it. */
import type { FileLayout } from '../../platform/layout.ts';
import type { ReadableStore } from '../../platform/storage/contract.ts';
import type { Piece } from './profile-file.ts';

/** Files up to this size are read whole. */
export const wholeBytesMost = 1024 ** 3;
/** Pieces of larger files: their first and last bytes, and others between. */
const pieces = 16;

export interface ProfiledFile {
  readonly storage: ReadableStore;
  readonly key: string;
  readonly bytes: number;
  readonly fingerprint: string;
  /** Newlines before the first record. */
  readonly linesBefore: number;
}

/**
 * The ranges to be read: one, or up to 16 of `budget` bytes together. Later ones begin in the middle of a record,
 * which `alignedBytes` leaves out.
 */
export function rangesOf(start: number, end: number, budget: number): { start: number; end: number }[] {
  if (end - start <= budget) return [{ start, end }];
  const length = Math.floor(budget / pieces);
  const step = (end - start - length) / (pieces - 1);
  return Array.from({ length: pieces }, (_, i) => {
    const from = start + Math.floor(i * step);
    return { start: from, end: i === pieces - 1 ? end : from + length };
  });
}

/** The pieces of a file that is not compressed. `budget`: bytes that are read at most. */
export function* piecesOf(
  { storage, key, bytes, fingerprint, linesBefore }: ProfiledFile,
  { headerBytes, footerBytes = 0 }: Pick<FileLayout, 'headerBytes' | 'footerBytes'>,
  budget: number,
): Generator<Piece> {
  const end = Math.max(headerBytes, bytes - footerBytes);
  const ranges = rangesOf(headerBytes, end, budget);
  for (const range of ranges) {
    const whole = storage.read(key, { ...range, fingerprint, reuse: true });
    const first = range.start === headerBytes;
    const last = range.end === end;
    yield {
      byteStart: range.start,
      linesBefore: first ? linesBefore : null,
      bytes: first && last ? whole : alignedBytes(whole, !first, !last),
    };
  }
}

const LF = 0x0a;

/** The bytes between the first and the last line end. `head`, `tail`: which end is to be cut. */
export async function* alignedBytes(
  bytes: AsyncIterable<Uint8Array>,
  head: boolean,
  tail: boolean,
): AsyncGenerator<Uint8Array> {
  let cutHead = head;
  let held: Uint8Array | null = null;
  for await (const piece of bytes) {
    let rest = piece;
    if (cutHead) {
      const lf = rest.indexOf(LF);
      if (lf < 0) continue;
      rest = rest.subarray(lf + 1);
      cutHead = false;
    }
    if (!tail) {
      yield rest;
      continue;
    }
    const lf = rest.lastIndexOf(LF);
    if (lf < 0) {
      held = joined(held, rest);
      continue;
    }
    if (held !== null) yield held;
    yield rest.subarray(0, lf + 1);
    held = Uint8Array.from(rest.subarray(lf + 1));
  }
}

function joined(held: Uint8Array | null, more: Uint8Array): Uint8Array {
  return held === null ? Uint8Array.from(more) : Buffer.concat([held, more]);
}
