/**
 * Bit packing and the RLE / bit-packing hybrid: dictionary codes, definition levels, booleans.
 * Source: https://github.com/apache/parquet-format/blob/master/Encodings.md
 */

/**
 * The least number of equal values for which a run is shorter than packing. Small enough to look at eight at a time.
 */
const RUN_VALUES_MIN = 16;

/** Bits that hold 0…max. At least 1, because not every reader accepts a width of 0. */
export function bitWidth(max: number): number {
  return Math.max(1, 32 - Math.clz32(max));
}

/** Bytes that `encodeHybrid` may need: packed groups, heads of runs, and what wide stores write beyond the end. */
export function hybridBytesMax(count: number, width: number): number {
  return Math.ceil(count / 8) * width + Math.ceil(count / RUN_VALUES_MIN) * 16 + 32;
}

/** Writes values[from … to), beginning at `at`. Returns the offset past the last byte. */
type Encode = (
  values: Int32Array,
  from: number,
  to: number,
  width: number,
  out: DataView,
  at: number,
) => number;

/**
 * Encodes values[from … to) with `width` bits each, as runs where values repeat and bit-packed elsewhere. `out` must
 * have room for `hybridBytesMax`. Returns the offset past the last byte.
 */
export const encodeHybrid: Encode = (values, from, to, width, out, at) => {
  let packedFrom = from;
  let i = from;
  while (i + RUN_VALUES_MIN <= to) {
    const value = values[i];
    if (value !== values[i + RUN_VALUES_MIN - 1] || value !== values[i + 1]) {
      i += 8;
      continue;
    }
    const end = runEnd(values, i, to);
    if (end - i < RUN_VALUES_MIN) {
      i += 8;
      continue;
    }
    if (i > packedFrom) at = writePacked(values, packedFrom, i, width, out, at);
    at = writeRun(value, end - i, width, out, at);
    i = packedFrom = end;
  }
  return packedFrom < to ? writePacked(values, packedFrom, to, width, out, at) : at;
};

function runEnd(values: Int32Array, from: number, to: number): number {
  const value = values[from];
  let i = from + 1;
  while (i < to && values[i] === value) i++;
  return i;
}

/** Unsigned LEB128 of a number below 2^31. */
function writeVarint(value: number, out: DataView, at: number): number {
  let rest = value;
  while (rest >= 128) {
    out.setUint8(at++, (rest & 127) | 128);
    rest >>>= 7;
  }
  out.setUint8(at++, rest);
  return at;
}

/** An RLE run: count << 1, then the value in whole bytes. */
export function writeRun(value: number, count: number, width: number, out: DataView, at: number): number {
  at = writeVarint(count << 1, out, at);
  for (let bits = 0; bits < width; bits += 8) out.setUint8(at++, (value >>> bits) & 255);
  return at;
}

/** A bit-packed run. Only the last one of a page may end in an incomplete group, which is padded with 0. */
const writePacked: Encode = (values, from, to, width, out, at) => {
  const groups = (to - from) >> 3;
  const whole = from + groups * 8;
  at = writeVarint(((groups + (whole < to ? 1 : 0)) << 1) | 1, out, at);
  at = packGroups(values, from, whole, width, out, at);
  if (whole === to) return at;
  const rest = new Int32Array(8);
  rest.set(values.subarray(whole, to));
  return packGroups(rest, 0, 8, width, out, at);
};

/** Whole groups of eight values. */
const packGroups: Encode = (values, from, to, width, out, at) => {
  if (width < 8) return packNarrow(values, from, to, width, out, at);
  if (width === 8) return packBytes(values, from, to, out, at);
  return packWide(values, from, to, width, out, at);
};

/**
 * Widths 1…7: a group of eight takes at most 56 bits. It is stored as two words, and the next group overwrites the
 * excess.
 */
const packNarrow: Encode = (values, from, to, width, out, at) => {
  const half = 4 * width;
  const w2 = 2 * width;
  const w3 = 3 * width;
  for (let i = from; i < to; i += 8) {
    const low = values[i] | (values[i + 1] << width) | (values[i + 2] << w2) | (values[i + 3] << w3);
    const high = values[i + 4] | (values[i + 5] << width) | (values[i + 6] << w2) | (values[i + 7] << w3);
    out.setInt32(at, low | (high << half), true);
    out.setInt32(at + 4, high >>> (32 - half), true);
    at += width;
  }
  return at;
};

function packBytes(values: Int32Array, from: number, to: number, out: DataView, at: number): number {
  for (let i = from; i < to; i++) out.setUint8(at++, values[i]);
  return at;
}

/** Widths 9…24, with a 32-bit accumulator that never holds more than 15 bits between values. */
const packWide: Encode = (values, from, to, width, out, at) => {
  // Two bytes are written at a time. A value of more than 16 bits might not fit beside the waiting bits, so it is
  // added in two parts.
  const lowBits = width > 16 ? 8 : width;
  const highBits = width - lowBits;
  const lowMask = (1 << lowBits) - 1;
  let held = 0;
  let bits = 0;
  for (let i = from; i < to; i++) {
    held |= (values[i] & lowMask) << bits;
    bits += lowBits;
    if (bits >= 16) {
      out.setUint16(at, held, true);
      at += 2;
      held >>>= 16;
      bits -= 16;
    }
    if (highBits === 0) continue;
    held |= (values[i] >>> lowBits) << bits;
    bits += highBits;
    if (bits >= 16) {
      out.setUint16(at, held, true);
      at += 2;
      held >>>= 16;
      bits -= 16;
    }
  }
  if (bits > 0) out.setUint8(at++, held);
  return at;
};

/** Packs bytes that are 0 or 1 into bits, the first value in the lowest bit. The last byte is padded with 0. */
export function packBits(values: Uint8Array, from: number, to: number, out: DataView, at: number): number {
  let i = from;
  for (; i + 8 <= to; i += 8) {
    const low = values[i] | (values[i + 1] << 1) | (values[i + 2] << 2) | (values[i + 3] << 3);
    const high = values[i + 4] | (values[i + 5] << 1) | (values[i + 6] << 2) | (values[i + 7] << 3);
    out.setUint8(at++, low | (high << 4));
  }
  if (i < to) {
    let last = 0;
    for (let bit = 0; i < to; i++, bit++) last |= values[i] << bit;
    out.setUint8(at++, last);
  }
  return at;
}

/** Bytes that `encodeLevels` may need. */
export function levelBytesMax(rows: number): number {
  return Math.ceil(rows / 8) + 16;
}

/**
 * The definition levels of a page's rows [from, to), as data page v1 requires them: a length, then the hybrid with
 * width 1. `levels` has one byte per row, 1 for a value; `valid` of them are 1. It may be null if all are.
 */
export function encodeLevels(
  levels: Uint8Array | null,
  from: number,
  to: number,
  valid: number,
  out: DataView,
  at: number,
): number {
  const rows = to - from;
  let end = at + 4;
  if (levels === null || valid === rows || valid === 0) {
    end = writeRun(valid === 0 ? 0 : 1, rows, 1, out, end);
  } else {
    end = writeVarint((((rows + 7) >> 3) << 1) | 1, out, end);
    end = packBits(levels, from, to, out, end);
  }
  out.setUint32(at, end - at - 4, true);
  return end;
}
