/**
 * The smallest and largest value of a column chunk, in the sort order of its type. Source:
 * https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift (Statistics, ColumnOrder)
 */

/** Bounds are PLAIN encoded values without a length. Null if there are no values, or none that can be compared. */
export interface Bounds {
  readonly min: Uint8Array;
  readonly max: Uint8Array;
  /** False if the bound is a shortened text, which lies just outside the range of the values. */
  readonly minExact: boolean;
  readonly maxExact: boolean;
}

/** The longest bound of a text, in bytes. Longer ones are shortened. */
const TEXT_BOUND_BYTES_MAX = 64;

/** [smallest, largest] of values[0 … count). `count` is at least 1. */
export function int32Range(values: Int32Array, count: number): [number, number] {
  let min = values[0];
  let max = min;
  for (let i = 1; i < count; i++) {
    const value = values[i];
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return [min, max];
}

export function int32Bounds(min: number, max: number): Bounds {
  return exact(int32Bytes(min), int32Bytes(max));
}

/** Uses Buffer's pool, as all bounds of numbers do. Separate memory would cost more than finding the bounds. */
function int32Bytes(value: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function float64Bytes(value: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeDoubleLE(value);
  return bytes;
}

/** Bounds of 64-bit integers, given as little-endian pairs of words so that no BigInt is created. */
export function int64Bounds(words: Int32Array, count: number): Bounds | null {
  if (count === 0) return null;
  int64Range(words, count);
  const [min, max] = extremes;
  return exact(bytesOfPair(words, min), bytesOfPair(words, max));
}

function bytesOfPair(words: Int32Array, at: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeInt32LE(words[at], 0);
  bytes.writeInt32LE(words[at + 1], 4);
  return bytes;
}

/** Positions of the smallest and the largest pair of words, set by `int64Range`. */
const extremes = new Int32Array(2);

/**
 * Finds the extremes of `count` pairs. It is a separate function and uses no number above 2^31: combined with the
 * code that follows it, V8 compiled the loop again, and discarded the result, for nearly every column chunk.
 */
function int64Range(words: Int32Array, count: number): void {
  let min = 0;
  let max = 0;
  let minHigh = words[1];
  let minLow = words[0] ^ 0x80000000;
  let maxHigh = minHigh;
  let maxLow = minLow;
  for (let i = 2, end = count * 2; i < end; i += 2) {
    // With its first bit flipped, an unsigned word sorts like a signed one.
    const low = words[i] ^ 0x80000000;
    const high = words[i + 1];
    if (high < minHigh || (high === minHigh && low < minLow)) {
      minHigh = high;
      minLow = low;
      min = i;
    }
    if (high > maxHigh || (high === maxHigh && low > maxLow)) {
      maxHigh = high;
      maxLow = low;
      max = i;
    }
  }
  extremes[0] = min;
  extremes[1] = max;
}

/**
 * Bounds of doubles. NaN has no place in the order, and readers that sort it last would skip it because of the
 * maximum. So a column chunk with a NaN has no bounds. Zeros are widened to -0 … +0.
 */
export function float64Bounds(values: Float64Array, count: number): Bounds | null {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  // A NaN makes both NaN for good.
  for (let i = 0; i < count; i++) {
    const value = values[i];
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  if (count === 0 || Number.isNaN(min)) return null;
  return exact(float64Bytes(min === 0 ? -0 : min), float64Bytes(max === 0 ? 0 : max));
}

/** Bounds of bytes that are 0 or 1. */
export function booleanBounds(values: Uint8Array, count: number): Bounds | null {
  if (count === 0) return null;
  let ones = 0;
  for (let i = 0; i < count; i++) ones += values[i];
  return exact(Uint8Array.of(ones === count ? 1 : 0), Uint8Array.of(ones === 0 ? 0 : 1));
}

/** Bounds of values of `width` bytes each, compared as unsigned bytes. */
export function fixedBytesBounds(bytes: Uint8Array, width: number, count: number): Bounds | null {
  if (count === 0) return null;
  let min = 0;
  let max = 0;
  for (let at = width, end = width * count; at < end; at += width) {
    if (compareBytes(bytes, at, width, bytes, min, width) < 0) min = at;
    else if (compareBytes(bytes, at, width, bytes, max, width) > 0) max = at;
  }
  return exact(bytes.slice(min, min + width), bytes.slice(max, max + width));
}

/** Bounds of numbers of 16 bytes each, two's complement, the highest byte first. */
export function decimal128Bounds(bytes: Uint8Array, count: number): Bounds | null {
  // With the sign bit flipped, they sort like unsigned bytes.
  const turned = bytes.slice(0, count * 16);
  for (let at = 0; at < turned.length; at += 16) turned[at] ^= 0x80;
  const bounds = fixedBytesBounds(turned, 16, count);
  if (bounds === null) return null;
  bounds.min[0] ^= 0x80;
  bounds.max[0] ^= 0x80;
  return bounds;
}

/** Bounds of PLAIN byte arrays (each preceded by its length), compared as unsigned bytes. */
export function plainTextBounds(plain: Uint8Array, byteLength: number): Bounds | null {
  if (byteLength === 0) return null;
  const view = new DataView(plain.buffer, plain.byteOffset, plain.byteLength);
  const firstLength = view.getUint32(0, true);
  let min = 4;
  let minLength = firstLength;
  let max = 4;
  let maxLength = firstLength;
  for (let at = 4 + firstLength; at < byteLength; ) {
    const length = view.getUint32(at, true);
    at += 4;
    if (compareBytes(plain, at, length, plain, min, minLength) < 0) {
      min = at;
      minLength = length;
    } else if (compareBytes(plain, at, length, plain, max, maxLength) > 0) {
      max = at;
      maxLength = length;
    }
    at += length;
  }
  return textBounds(plain.slice(min, min + minLength), plain.slice(max, max + maxLength));
}

function exact(min: Uint8Array, max: Uint8Array): Bounds {
  return { min, max, minExact: true, maxExact: true };
}

/**
 * Long texts make a long footer. A prefix is a lower bound; a prefix whose last character is raised is an upper
 * bound.
 */
function textBounds(min: Uint8Array, max: Uint8Array): Bounds | null {
  const shortMax = max.length > TEXT_BOUND_BYTES_MAX ? raised(textPrefix(max)) : max;
  if (shortMax === null) return null;
  const minExact = min.length <= TEXT_BOUND_BYTES_MAX;
  return { min: minExact ? min : textPrefix(min), max: shortMax, minExact, maxExact: shortMax === max };
}

/** The whole characters within the first `TEXT_BOUND_BYTES_MAX` bytes. */
function textPrefix(text: Uint8Array): Uint8Array {
  let end = TEXT_BOUND_BYTES_MAX;
  while (end > 0 && (text[end] & 0xc0) === 0x80) end--;
  return text.slice(0, end);
}

/** The prefix with its last character that can be raised raised by one. Null if no character can be. */
function raised(prefix: Uint8Array): Uint8Array | null {
  const characters = Array.from(Buffer.from(prefix).toString('utf8'));
  while (characters.length > 0) {
    const point = characters.pop()!.codePointAt(0)! + 1;
    if (point > 0x10ffff) continue;
    // Surrogates are not characters, so U+E000 follows U+D7FF.
    return Buffer.from(characters.join('') + String.fromCodePoint(point === 0xd800 ? 0xe000 : point), 'utf8');
  }
  return null;
}

/** Compares two arrays of unsigned bytes: negative, 0 or positive. */
function compareBytes(
  a: Uint8Array,
  aFrom: number,
  aLength: number,
  b: Uint8Array,
  bFrom: number,
  bLength: number,
): number {
  const common = Math.min(aLength, bLength);
  for (let i = 0; i < common; i++) {
    const difference = a[aFrom + i] - b[bFrom + i];
    if (difference !== 0) return difference;
  }
  return aLength - bLength;
}
