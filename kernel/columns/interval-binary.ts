/**
 * Lengths of time in PostgreSQL's binary form of interval: µs (64 bits), days and months (32 bits each), all
 * big-endian. Days and months stay 0, so that a day is exactly 24 hours.
 * https://github.com/postgres/postgres/blob/master/src/backend/utils/adt/timestamp.c (interval_recv)
 */
import type { Int64Vector } from './vectors.ts';

/** The first `rows` rows, 16 bytes each. */
export function intervalBinary({ values }: Int64Vector, rows: number): Uint8Array {
  const bytes = Buffer.alloc(rows * 16);
  // Handled as 32-bit words: a BigInt per row would cost more than the copy.
  const words = new Int32Array(values.buffer, values.byteOffset, rows * 2);
  for (let row = 0; row < rows; row++) {
    bytes.writeInt32BE(words[row * 2 + 1], row * 16);
    bytes.writeInt32BE(words[row * 2], row * 16 + 4);
  }
  return bytes;
}
