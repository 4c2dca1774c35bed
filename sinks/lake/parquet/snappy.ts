/**
 * The compressing side of the Snappy block format. Source:
 * https://github.com/google/snappy/blob/main/format_description.txt
 *
 * Input is cut into blocks of 64 KiB so that offsets fit in 16 bits. Within a block, a hash table of four-byte words
 * finds earlier copies. The steps grow while nothing is found, so that incompressible input costs little.
 */

const BLOCK_BYTES = 65536;
const HASH_BITS = 13;
const table = new Uint16Array(1 << HASH_BITS);

/** The most bytes that compressing `bytes` bytes may take. */
export function snappyBytesMax(bytes: number): number {
  return 48 + bytes + Math.ceil(bytes / 6);
}

/**
 * Compresses input[from … to) into `out` at `at`, which must have room for `snappyBytesMax(to - from)` bytes. Returns
 * the offset past the last byte.
 */
export function snappyCompress(
  input: Uint8Array,
  from: number,
  to: number,
  out: Uint8Array,
  at: number,
): number {
  let rest = to - from;
  while (rest >= 128) {
    out[at++] = (rest & 127) | 128;
    rest >>>= 7;
  }
  out[at++] = rest;
  const source = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const target = new DataView(out.buffer, out.byteOffset, out.byteLength);
  for (let start = from; start < to; start += BLOCK_BYTES) {
    at = compressBlock(source, start, Math.min(start + BLOCK_BYTES, to), target, at);
  }
  return at;
}

/** Compresses one block. Copies never refer to bytes outside it. */
function compressBlock(input: DataView, start: number, end: number, out: DataView, at: number): number {
  const length = end - start;
  if (length < 16) return emitLiteral(input, start, end, out, at);
  table.fill(0);
  // Words are read up to four bytes past a match, so a match must end early enough.
  const limit = end - 8;
  let literal = start;
  let i = start + 1;
  let misses = 32;
  while (i < limit) {
    const word = input.getInt32(i, true);
    const slot = Math.imul(word, 0x1e35a7bd) >>> (32 - HASH_BITS);
    const candidate = start + table[slot];
    table[slot] = i - start;
    if (input.getInt32(candidate, true) !== word) {
      i += misses++ >> 5;
      continue;
    }
    misses = 32;
    const matched = matchEnd(input, candidate + 4, i + 4, end);
    if (i > literal) at = emitLiteral(input, literal, i, out, at);
    at = emitCopy(i - candidate, matched - i, out, at);
    literal = i = matched;
  }
  return literal < end ? emitLiteral(input, literal, end, out, at) : at;
}

/** The first position from `b` on whose byte differs from the one at the same distance from `a`. */
function matchEnd(input: DataView, a: number, b: number, end: number): number {
  while (b + 4 <= end) {
    const difference = input.getInt32(a, true) ^ input.getInt32(b, true);
    if (difference !== 0) return b + ((31 - Math.clz32(difference & -difference)) >> 3);
    a += 4;
    b += 4;
  }
  while (b < end && input.getUint8(a) === input.getUint8(b)) {
    a++;
    b++;
  }
  return b;
}

function emitLiteral(input: DataView, from: number, to: number, out: DataView, at: number): number {
  const n = to - from - 1;
  if (n < 60) {
    out.setUint8(at++, n << 2);
  } else if (n < 256) {
    out.setUint8(at++, 60 << 2);
    out.setUint8(at++, n);
  } else {
    out.setUint8(at++, 61 << 2);
    out.setUint16(at, n, true);
    at += 2;
  }
  let i = from;
  for (; i + 4 <= to; i += 4, at += 4) out.setInt32(at, input.getInt32(i, true), true);
  for (; i < to; i++) out.setUint8(at++, input.getUint8(i));
  return at;
}

/** Writes one or more copy elements. Each is 4…64 bytes long, so a remainder below 4 never occurs. */
function emitCopy(offset: number, length: number, out: DataView, at: number): number {
  let rest = length;
  while (rest >= 68) {
    out.setUint8(at, (63 << 2) | 2);
    out.setUint16(at + 1, offset, true);
    at += 3;
    rest -= 64;
  }
  if (rest > 64) {
    out.setUint8(at, (59 << 2) | 2);
    out.setUint16(at + 1, offset, true);
    at += 3;
    rest -= 60;
  }
  if (rest < 12 && offset < 2048) {
    out.setUint8(at, ((offset >> 8) << 5) | ((rest - 4) << 2) | 1);
    out.setUint8(at + 1, offset & 255);
    return at + 2;
  }
  out.setUint8(at, ((rest - 1) << 2) | 2);
  out.setUint16(at + 1, offset, true);
  return at + 3;
}
