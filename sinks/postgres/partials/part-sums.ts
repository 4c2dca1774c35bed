/**
 * What is added up for each group of a chunk: a class for each kind of number. All sums are exact for up to `rowsMost`
 * rows: the doubles that hold them stay below 2^53.
 */
import type { Vector } from '../../../kernel/columns/vectors.ts';
import type { PartOperation, RollupPart } from '../../../model/compiled-rollup.ts';
import { shortDigits } from '../../../model/types/numeric.ts';
import { DecimalSums } from './decimal-sums.ts';
import { type Numeric, numericOfNumber, numericOfUnscaled } from './numeric-element.ts';

/** The most rows that may be added up before `clear`. */
export const rowsMost = 2 ** 20;

/** A part of a rollup, for groups 0, 1, 2, … of a chunk. */
export interface PartSums {
  /** Makes room for groups 0 … size - 1. */
  reserve(size: number): void;
  /** Adds row i to groups[i], for i < rows. `vector`: the part's input; null for `rows`. */
  add(groups: Int32Array, vector: Vector | null, rows: number): void;
  /** Set for counts: those of all groups. */
  readonly counts: Int32Array | null;
  /** Of a group, for what is not a count. */
  sum(group: number): Numeric;
  /** Begins again with empty groups. */
  clear(): void;
}

/** Null if workers cannot add the part up exactly as PostgreSQL does. */
export function partSums({ operation, input }: RollupPart): PartSums | null {
  if (operation === 'rows' || input === null) return new Counts('rows');
  const { read } = input;
  const logical = read.kind === 'key' ? ({ type: 'bigint' } as const) : read.logical;
  if (operation === 'squares')
    return logical.type === 'smallint' || logical.type === 'integer' ? new SquareSums() : null;
  if (operation !== 'sum') return new Counts(operation);
  if (logical.type === 'float8') return new DoubleSums();
  if (logical.type === 'numeric')
    return logical.precision > shortDigits ? null : new WholeSums(logical.scale);
  return new WholeSums(0);
}

type Counted = Exclude<PartOperation, 'sum' | 'squares'>;

class Counts implements PartSums {
  private readonly counted: Counted;
  counts = new Int32Array(256);

  constructor(counted: Counted) {
    this.counted = counted;
  }

  reserve(size: number): void {
    if (size <= this.counts.length) return;
    const longer = new Int32Array(Math.max(size, this.counts.length * 2));
    longer.set(this.counts);
    this.counts = longer;
  }

  add(groups: Int32Array, vector: Vector | null, rows: number): void {
    const { counts, counted } = this;
    if (vector === null || (counted === 'values' && vector.validity === null)) countAll(groups, rows, counts);
    else if (counted === 'values') countValid(groups, vector.validity!, rows, counts);
    else if (vector.kind === 'boolean') countTrue(groups, vector.values, vector.validity, rows, counts);
    else if (vector.kind === 'float64') {
      const wanted = counted === 'nan' ? Number.NaN : counted === 'infinity' ? Infinity : -Infinity;
      countDoubles(groups, vector.values, vector.validity, rows, wanted, counts);
    }
  }

  sum(group: number): Numeric {
    return numericOfNumber(this.counts[group], 0);
  }

  clear(): void {
    this.counts.fill(0);
  }
}

function countAll(groups: Int32Array, rows: number, counts: Int32Array): void {
  for (let i = 0; i < rows; i++) counts[groups[i]]++;
}

function countValid(groups: Int32Array, validity: Uint8Array, rows: number, counts: Int32Array): void {
  for (let i = 0; i < rows; i++) counts[groups[i]] += (validity[i >> 3] >> (i & 7)) & 1;
}

function countTrue(
  groups: Int32Array,
  values: Uint8Array,
  validity: Uint8Array | null,
  rows: number,
  counts: Int32Array,
): void {
  for (let i = 0; i < rows; i++) {
    const valid = validity === null ? 1 : (validity[i >> 3] >> (i & 7)) & 1;
    counts[groups[i]] += values[i] & valid;
  }
}

function countDoubles(
  groups: Int32Array,
  values: Float64Array,
  validity: Uint8Array | null,
  rows: number,
  wanted: number,
  counts: Int32Array,
): void {
  for (let i = 0; i < rows; i++) {
    const value = values[i];
    // Most are finite, which one subtraction tells.
    if (value - value === 0 || !Object.is(value, wanted)) continue;
    if (validity === null || (validity[i >> 3] & (1 << (i & 7))) !== 0) counts[groups[i]]++;
  }
}

/** Pairs of doubles: sums of the low and of the high words of whole numbers. */
class WholeSums implements PartSums {
  readonly counts = null;
  private readonly scale: number;
  private sums = new Float64Array(512);

  constructor(scale: number) {
    this.scale = scale;
  }

  reserve(size: number): void {
    if (size * 2 > this.sums.length) this.sums = longer(this.sums, size * 2);
  }

  add(groups: Int32Array, vector: Vector, rows: number): void {
    const { sums } = this;
    if (vector.kind === 'int32') addWords(groups, vector.values, vector.validity, rows, sums);
    else if (vector.kind === 'int64') addLongs(groups, vector.values, vector.validity, rows, sums);
  }

  sum(group: number): Numeric {
    const [low, high] = [this.sums[group * 2], this.sums[group * 2 + 1]];
    const sum = high * 2 ** 32 + low;
    if (Number.isSafeInteger(sum)) return numericOfNumber(sum, this.scale);
    return numericOfUnscaled(BigInt(high) * 2n ** 32n + BigInt(low), this.scale);
  }

  clear(): void {
    this.sums.fill(0);
  }
}

function addWords(
  groups: Int32Array,
  values: Int32Array,
  validity: Uint8Array | null,
  rows: number,
  sums: Float64Array,
): void {
  if (validity === null) {
    for (let i = 0; i < rows; i++) sums[groups[i] * 2] += values[i];
    return;
  }
  for (let i = 0; i < rows; i++) {
    if ((validity[i >> 3] & (1 << (i & 7))) !== 0) sums[groups[i] * 2] += values[i];
  }
}

function addLongs(
  groups: Int32Array,
  values: BigInt64Array,
  validity: Uint8Array | null,
  rows: number,
  sums: Float64Array,
): void {
  const words = new Int32Array(values.buffer, values.byteOffset, rows * 2);
  for (let i = 0; i < rows; i++) {
    if (validity !== null && (validity[i >> 3] & (1 << (i & 7))) === 0) continue;
    const to = groups[i] * 2;
    sums[to] += words[2 * i] >>> 0;
    sums[to + 1] += words[2 * i + 1];
  }
}

/**
 * Squares of 32-bit numbers. With v = a × 2^16 + b, the square is a² × 2^32 + ab × 2^17 + b²; each of the three is
 * added up in a double.
 */
class SquareSums implements PartSums {
  readonly counts = null;
  private sums = new Float64Array(768);

  reserve(size: number): void {
    if (size * 3 > this.sums.length) this.sums = longer(this.sums, size * 3);
  }

  add(groups: Int32Array, vector: Vector, rows: number): void {
    if (vector.kind === 'int32') addSquares(groups, vector.values, vector.validity, rows, this.sums);
  }

  sum(group: number): Numeric {
    const [high, middle, low] = [0, 1, 2].map((i) => BigInt(this.sums[group * 3 + i]));
    return numericOfUnscaled(high * 2n ** 32n + middle * 2n ** 17n + low, 0);
  }

  clear(): void {
    this.sums.fill(0);
  }
}

function addSquares(
  groups: Int32Array,
  values: Int32Array,
  validity: Uint8Array | null,
  rows: number,
  sums: Float64Array,
): void {
  for (let i = 0; i < rows; i++) {
    if (validity !== null && (validity[i >> 3] & (1 << (i & 7))) === 0) continue;
    const high = values[i] >> 16;
    const low = values[i] & 0xffff;
    const to = groups[i] * 3;
    sums[to] += high * high;
    sums[to + 1] += high * low;
    sums[to + 2] += low * low;
  }
}

class DoubleSums implements PartSums {
  readonly counts = null;
  private readonly sums = new DecimalSums();

  reserve(size: number): void {
    this.sums.reserve(size);
  }

  add(groups: Int32Array, vector: Vector, rows: number): void {
    if (vector.kind === 'float64') this.sums.add(groups, vector.values, vector.validity, rows);
  }

  sum(group: number): Numeric {
    return this.sums.sum(group);
  }

  clear(): void {
    this.sums.clear();
  }
}

/** At least twice as long, so that a chunk copies it log(size) times. */
function longer(sums: Float64Array<ArrayBuffer>, size: number): Float64Array<ArrayBuffer> {
  const found = new Float64Array(Math.max(size, sums.length * 2));
  found.set(sums);
  return found;
}
