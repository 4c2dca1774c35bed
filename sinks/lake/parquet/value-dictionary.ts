/** Finds the distinct values of a column chunk, and writes every value as an index into them. */
import { ByteSink } from './byte-sink.ts';

/** The widest range of integers that a table covers. */
const RANGE_MAX = 65536;

/** Scratch memory of the size of the largest row group so far. Encoding is synchronous. */
let indexScratch = new Int32Array(1 << 17);
/** The index of each code or integer in use, otherwise -1. Cleared after use. */
let positions = new Int32Array(RANGE_MAX).fill(-1);
/** Distinct integers in order of appearance. */
const usedScratch = new Int32Array(RANGE_MAX);
const plainScratch = new ByteSink(1 << 12);

function indexesFor(count: number): Int32Array {
  if (indexScratch.length < count) indexScratch = new Int32Array(count * 2);
  return indexScratch;
}

function positionsFor(size: number): Int32Array {
  if (positions.length < size) positions = new Int32Array(size * 2).fill(-1);
  return positions;
}

/** The distinct values in order of appearance, and the index of each value. Views, valid until the next call. */
export interface IndexedInt32 {
  readonly entries: Int32Array;
  readonly indexes: Int32Array;
}

/**
 * Indexes integers whose range is much smaller than their number. Null for others. (A hash table would also find
 * repetitions among numbers that are far apart. It reduces the cells of trips to a third, but costs 8 ns per value.)
 */
export function indexInt32(values: Int32Array, count: number, min: number, max: number): IndexedInt32 | null {
  const range = max - min + 1;
  if (range > RANGE_MAX || range * 4 > count) return null;
  const indexes = indexesFor(count);
  const distinct = indexCodes(values, count, min, positionsFor(range), usedScratch, indexes);
  const entries = usedScratch.subarray(0, distinct);
  for (let i = 0; i < distinct; i++) {
    positions[entries[i]] = -1;
    entries[i] += min;
  }
  return { entries, indexes };
}

/** Fills `indexes` and `used` (value - base, in order of appearance). Returns the number of distinct values. */
function indexCodes(
  values: Int32Array,
  count: number,
  base: number,
  table: Int32Array,
  used: Int32Array,
  indexes: Int32Array,
): number {
  let distinct = 0;
  for (let i = 0; i < count; i++) {
    const code = values[i] - base;
    let index = table[code];
    if (index < 0) {
      index = distinct++;
      table[code] = index;
      used[index] = code;
    }
    indexes[i] = index;
  }
  return distinct;
}

/** The most distinct doubles of a dictionary: as many as indexes of 14 bits can address. */
const DOUBLES_MAX = 16384;
/**
 * The first values decide whether to index the others: one in sixteen must be a repetition. On average this is the
 * case when about 8,000 doubles are distinct. When nearly all are, as the places of trips, the test costs little.
 */
const DOUBLES_SAMPLE = 1024;
const SAMPLE_DISTINCT_MAX = DOUBLES_SAMPLE - DOUBLES_SAMPLE / 16;
const SAMPLE_SLOT_BITS = 11;
const SLOT_BITS = 16;
/**
 * Open addressing, at most a quarter full. Holds index + 1 of the double that hashes there, or 0 if there is none.
 */
const doubleSlots = new Int32Array(1 << SLOT_BITS);
const doubleEntries = new Float64Array(DOUBLES_MAX);
const doubleWords = new Int32Array(doubleEntries.buffer);

/** The distinct doubles, compared by their bits, in order of appearance. Views, valid until the next call. */
export interface IndexedFloat64 {
  readonly entries: Float64Array;
  readonly indexes: Int32Array;
}

/** Indexes doubles if few are distinct, such as the places and distances of stations. Null for others. */
export function indexFloat64(values: Float64Array, count: number): IndexedFloat64 | null {
  // So few values may all be distinct.
  if (count < 4) return null;
  const words = new Int32Array(values.buffer, values.byteOffset, count * 2);
  const indexes = indexesFor(count);
  const index = (end: number, most: number, bits: number) => {
    doubleSlots.fill(0, 0, 1 << bits);
    return indexPairs(words, end, most, bits, indexes);
  };
  if (count > DOUBLES_SAMPLE && index(DOUBLES_SAMPLE, SAMPLE_DISTINCT_MAX, SAMPLE_SLOT_BITS) < 0) return null;
  // At least as many slots as values, a quarter of which may be distinct.
  const bits = Math.min(SLOT_BITS, 32 - Math.clz32(count));
  const distinct = index(count, Math.min(DOUBLES_MAX, count >> 2), bits);
  return distinct < 0 ? null : { entries: doubleEntries.subarray(0, distinct), indexes };
}

/** Indexes the first `count` pairs of words. Returns how many are distinct, or -1 if there are more than `most`. */
function indexPairs(
  words: Int32Array,
  count: number,
  most: number,
  bits: number,
  indexes: Int32Array,
): number {
  let distinct = 0;
  for (let i = 0; i < count; i++) {
    const low = words[i * 2];
    const high = words[i * 2 + 1];
    let slot = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b) >>> (32 - bits);
    let index = doubleSlots[slot] - 1;
    while (index >= 0 && (doubleWords[index * 2] !== low || doubleWords[index * 2 + 1] !== high)) {
      slot = (slot + 1) & ((1 << bits) - 1);
      index = doubleSlots[slot] - 1;
    }
    if (index < 0) {
      if (distinct === most) return -1;
      index = distinct++;
      doubleWords[index * 2] = low;
      doubleWords[index * 2 + 1] = high;
      doubleSlots[slot] = distinct;
    }
    indexes[i] = index;
  }
  return distinct;
}

export interface IndexedTexts {
  readonly distinct: number;
  /** Null if most values are distinct, so that a dictionary does not pay. */
  readonly indexes: Int32Array | null;
  /** The distinct texts as PLAIN byte arrays. If `indexes` is null, the values themselves. */
  readonly plain: Uint8Array;
}

/** Indexes the codes that this column chunk uses. Views, valid until the next call. */
export function indexTexts(
  data: {
    readonly codes: Int32Array;
    readonly codeCount: number;
    readonly bytes: (code: number) => Uint8Array;
  },
  count: number,
): IndexedTexts {
  const indexes = indexesFor(count);
  const used = new Int32Array(Math.min(count, data.codeCount));
  const distinct = indexCodes(data.codes, count, 0, positionsFor(data.codeCount), used, indexes);
  for (let i = 0; i < distinct; i++) positions[used[i]] = -1;
  const repeats = distinct * 2 <= count;
  const written = repeats ? used.subarray(0, distinct) : data.codes.subarray(0, count);
  plainScratch.length = 0;
  for (const code of written) appendText(plainScratch, data.bytes(code));
  return { distinct, indexes: repeats ? indexes : null, plain: plainScratch.written() };
}

function appendText(sink: ByteSink, text: Uint8Array): void {
  sink.uint32(text.length);
  sink.append(text);
}
