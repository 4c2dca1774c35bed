/**
 * The loops that pick the rows of one partition out of a batch. `order` lists row numbers. The rows order[from … to)
 * are appended to `target` at `at`. Each function is called with one type of array only, so that V8 compiles it for
 * that type.
 */
export type Gather<A> = (
  source: A,
  order: Int32Array,
  from: number,
  to: number,
  target: A,
  at: number,
) => void;

export const gatherInt32: Gather<Int32Array> = (source, order, from, to, target, at) => {
  for (let i = from; i < to; i++) target[at++] = source[order[i]];
};

export const gatherInt64: Gather<BigInt64Array> = (source, order, from, to, target, at) => {
  for (let i = from; i < to; i++) target[at++] = source[order[i]];
};

export const gatherFloat64: Gather<Float64Array> = (source, order, from, to, target, at) => {
  for (let i = from; i < to; i++) target[at++] = source[order[i]];
};

export const gatherUint8: Gather<Uint8Array> = (source, order, from, to, target, at) => {
  for (let i = from; i < to; i++) target[at++] = source[order[i]];
};

/** 16 bytes per row. */
export const gatherUuid: Gather<Uint8Array> = (source, order, from, to, target, at) => {
  let out = at * 16;
  for (let i = from; i < to; i++) {
    const start = order[i] * 16;
    for (let b = 0; b < 16; b++) target[out + b] = source[start + b];
    out += 16;
  }
};

/** Writes the rows of order[from … to) that are not null to `valid`, and one level per row. Returns their number. */
export function gatherValid(
  validity: Uint8Array,
  order: Int32Array,
  from: number,
  to: number,
  levels: Uint8Array,
  levelsAt: number,
  valid: Int32Array,
): number {
  let count = 0;
  for (let i = from; i < to; i++) {
    const row = order[i];
    const level = (validity[row >> 3] >> (row & 7)) & 1;
    levels[levelsAt++] = level;
    valid[count] = row;
    count += level;
  }
  return count;
}

/** Bytes that the texts of order[from … to) take as PLAIN byte arrays. */
export function plainTextBytes(offsets: Int32Array, order: Int32Array, from: number, to: number): number {
  let bytes = 4 * (to - from);
  for (let i = from; i < to; i++) {
    const row = order[i];
    bytes += offsets[row + 1] - offsets[row];
  }
  return bytes;
}

/**
 * Texts of at least this length are copied as a block. For shorter ones the call costs more than copying byte by
 * byte.
 */
const BLOCK_BYTES_MIN = 64;

/**
 * Appends texts as PLAIN byte arrays, each a 32-bit length followed by the bytes. Returns the offset past the last
 * one.
 */
export function gatherPlainTexts(
  offsets: Int32Array,
  bytes: Uint8Array,
  order: Int32Array,
  from: number,
  to: number,
  target: Uint8Array,
  view: DataView,
  at: number,
): number {
  for (let i = from; i < to; i++) {
    const row = order[i];
    const start = offsets[row];
    const length = offsets[row + 1] - start;
    view.setUint32(at, length, true);
    at += 4;
    if (length < BLOCK_BYTES_MIN) {
      for (let b = 0; b < length; b++) target[at + b] = bytes[start + b];
    } else {
      target.set(bytes.subarray(start, start + length), at);
    }
    at += length;
  }
  return at;
}
