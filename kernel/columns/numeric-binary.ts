/**
 * Decimals beyond 64 bits in PostgreSQL's binary form of numeric: number of digits, weight of the first,
 * sign, scale (16 bits each, big-endian), then digits in base 10,000 without zeros at either end.
 * kernel/assembly/copy/copy-numeric.ts writes decimals of up to 64 bits.
 * https://github.com/postgres/postgres/blob/master/src/backend/utils/adt/numeric.c (numeric_recv)
 */
import { type Decimal128Vector, decimal128At, isValid } from './vectors.ts';

/** Most bytes that 38 digits take, wherever the point is. */
const bytesMost = 8 + 2 * 11;

/** The values of the first `rows` rows one after another, and where each begins; nulls are empty. */
export function numericBinary(
  vector: Decimal128Vector,
  scale: number,
  rows: number,
): { readonly offsets: Int32Array; readonly bytes: Uint8Array } {
  const offsets = new Int32Array(rows + 1);
  const bytes = Buffer.alloc(rows * bytesMost);
  let end = 0;
  for (let row = 0; row < rows; row++) {
    if (isValid(vector, row)) end = writeNumeric(bytes, end, decimal128At(vector, row), scale);
    offsets[row + 1] = end;
  }
  return { offsets, bytes: bytes.subarray(0, end) };
}

/** Returns where it ends. */
function writeNumeric(out: Buffer, at: number, unscaled: bigint, scale: number): number {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  const point = digits.length - scale;
  const wholeGroups = Math.ceil(point / 4);
  const aligned = digits.padStart(digits.length + wholeGroups * 4 - point, '0');
  const groups = aligned
    .padEnd(Math.ceil(aligned.length / 4) * 4, '0')
    .match(/..../g)!
    .map(Number);
  const first = groups.findIndex((group) => group !== 0);
  const last = groups.findLastIndex((group) => group !== 0);
  const kept = first < 0 ? [] : groups.slice(first, last + 1);
  out.writeInt16BE(kept.length, at);
  out.writeInt16BE(kept.length === 0 ? 0 : wholeGroups - 1 - first, at + 2);
  out.writeUInt16BE(unscaled < 0n ? 0x4000 : 0, at + 4);
  out.writeUInt16BE(scale, at + 6);
  kept.forEach((group, i) => {
    out.writeUInt16BE(group, at + 8 + 2 * i);
  });
  return at + 8 + 2 * kept.length;
}
