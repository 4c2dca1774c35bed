/**
 * Memory for buffers, handed from one chunk to the next. Asking the system for fresh memory
 * costs more than filling it: 60 MB of page faults take as long as encoding a million rows.
 */

/** Pieces kept of each size; of the smallest, what the partitions of some hundred small files take. */
const KEPT_PIECES_MAX = 4096;
/** Kept at most, a process: what two chunks of 32 MiB take, buffers and encoded row groups. */
const KEPT_BYTES_MAX = 96 << 20;

/** Free pieces by the logarithm of their size. */
const free: ArrayBuffer[][] = Array.from({ length: 31 }, () => []);
let keptBytes = 0;

/** At least `bytes` bytes, a power of two, with any content. */
export function takeMemory(bytes: number): ArrayBuffer {
  const exponent = Math.max(6, 32 - Math.clz32(bytes - 1));
  const piece = free[exponent].pop();
  if (piece === undefined) return Buffer.allocUnsafeSlow(2 ** exponent).buffer;
  keptBytes -= piece.byteLength;
  return piece;
}

/** Gives back what `takeMemory` gave; nobody may use it any more. */
export function giveMemory(piece: ArrayBuffer): void {
  const pieces = free[31 - Math.clz32(piece.byteLength)];
  if (pieces.length === KEPT_PIECES_MAX || keptBytes + piece.byteLength > KEPT_BYTES_MAX) return;
  keptBytes += piece.byteLength;
  pieces.push(piece);
}

/** `piece` or, where it is too small, a larger one with the same first `used` bytes. */
export function growMemory(piece: ArrayBuffer, used: number, bytes: number): ArrayBuffer {
  if (bytes <= piece.byteLength) return piece;
  const grown = takeMemory(bytes);
  new Uint8Array(grown).set(new Uint8Array(piece, 0, used));
  giveMemory(piece);
  return grown;
}
