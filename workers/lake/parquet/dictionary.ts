/** Finds the distinct values of a column chunk and writes every value as an index into them. */
import { ByteSink } from './byte-sink.ts';

/** Widest range of integers that is looked up in a table. */
const RANGE_MAX = 65536;

/** Scratch memory, grown to the largest row group seen; encoding is synchronous. */
let indexScratch = new Int32Array(1 << 17);
/** Index of each code or integer in use, -1 elsewhere; cleaned after use. */
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

/** Distinct values in order of appearance, and the index of each value; views valid until the next call. */
export interface IndexedInt32 {
  readonly entries: Int32Array;
  readonly indexes: Int32Array;
}

/**
 * Indexes integers of a range much smaller than their number; null for others. (A hash table would find
 * repetitions among numbers far apart too: trips' cells shrink to a third, but cost 8 ns each.)
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

/** Fills `indexes` and `used` (value - base, in order of appearance); returns the number of distinct values. */
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

export interface TextEntries {
  readonly texts: readonly Uint8Array[];
  /** All of them as PLAIN byte arrays. */
  readonly plain: Uint8Array;
  readonly byteLength: number;
}

export interface IndexedTexts {
  readonly entries: TextEntries;
  readonly indexes: Int32Array;
  /** Set where most values are distinct: the values themselves as PLAIN byte arrays. */
  readonly plain: Uint8Array | null;
}

/** Indexes the codes in use in this column chunk; views valid until the next call. */
export function indexTexts(
  data: { readonly codes: Int32Array; readonly codeCount: number; readonly text: (code: number) => string },
  count: number,
): IndexedTexts {
  const indexes = indexesFor(count);
  const used = new Int32Array(Math.min(count, data.codeCount));
  const distinct = indexCodes(data.codes, count, 0, positionsFor(data.codeCount), used, indexes);
  const texts: Uint8Array[] = [];
  for (let i = 0; i < distinct; i++) {
    positions[used[i]] = -1;
    texts.push(Buffer.from(data.text(used[i]), 'utf8'));
  }
  plainScratch.length = 0;
  if (distinct * 2 > count || count === 0) {
    for (let i = 0; i < count; i++) appendText(plainScratch, texts[indexes[i]]);
    return {
      entries: { texts, plain: new Uint8Array(0), byteLength: 0 },
      indexes,
      plain: plainScratch.written(),
    };
  }
  for (const text of texts) appendText(plainScratch, text);
  const plain = plainScratch.written();
  return { entries: { texts, plain, byteLength: plain.length }, indexes, plain: null };
}

function appendText(sink: ByteSink, text: Uint8Array): void {
  sink.uint32(text.length);
  sink.append(text);
}
