/**
 * Memory for buffers, reused from chunk to chunk. Requesting fresh memory from the system costs more than filling it:
 * the page faults of 60 MB take as long as encoding a million rows.
 */

/** The most pieces to keep of each size. The partitions of a few hundred small files take as many of the smallest. */
const KEPT_PIECES_MAX = 4096;
/** The most bytes that a process keeps: what the buffers and encoded row groups of two chunks of 32 MiB take. */
const KEPT_BYTES_MAX = 96 << 20;

/** Free pieces by the logarithm of their size. */
const free: ArrayBuffer[][] = Array.from({ length: 31 }, () => []);
let keptBytes = 0;

/** Returns at least `bytes` bytes with arbitrary content. The size is a power of two. */
export function takeMemory(bytes: number): ArrayBuffer {
  const exponent = Math.max(6, 32 - Math.clz32(bytes - 1));
  const piece = free[exponent].pop();
  if (piece === undefined) return Buffer.allocUnsafeSlow(2 ** exponent).buffer;
  keptBytes -= piece.byteLength;
  return piece;
}

/** Releases a piece that `takeMemory` returned. It must not be used afterwards. */
export function giveMemory(piece: ArrayBuffer): void {
  const pieces = free[31 - Math.clz32(piece.byteLength)];
  if (pieces.length === KEPT_PIECES_MAX || keptBytes + piece.byteLength > KEPT_BYTES_MAX) return;
  keptBytes += piece.byteLength;
  pieces.push(piece);
}

/** Returns `piece` or, if that is too small, a larger piece with the same first `used` bytes. */
export function growMemory(piece: ArrayBuffer, used: number, bytes: number): ArrayBuffer {
  if (bytes <= piece.byteLength) return piece;
  const grown = takeMemory(bytes);
  new Uint8Array(grown).set(new Uint8Array(piece, 0, used));
  giveMemory(piece);
  return grown;
}
