/** What all values of one column have shown so far. */
import { isValid, type Vector } from '../../kernel/columns/vectors.ts';
import type { Kernel } from '../../kernel/types.ts';
import type { LogicalType } from '../../model/types/column-types.ts';
import { typeOf } from '../../model/types/column-types.ts';
import { DistinctCounter } from './distinct.ts';

export class Tally {
  rows = 0;
  nulls = 0;
  /** Bytes of the longest text. */
  bytesMost = 0;
  least: string | null = null;
  greatest: string | null = null;
  readonly distinct = new DistinctCounter();
  private leastValue = Number.POSITIVE_INFINITY;
  private greatestValue = Number.NEGATIVE_INFINITY;
  private readonly logical: LogicalType;

  constructor(logical: LogicalType) {
    this.logical = logical;
  }

  /** Adds the first `rows` rows of a batch. */
  add(vector: Vector, rows: number, kernel: Kernel): void {
    this.rows += rows;
    this.nulls += vector.nullCount;
    if (vector.nullCount === rows) return;
    switch (vector.kind) {
      case 'utf8':
        this.addTexts(vector, rows, kernel);
        break;
      case 'int32':
      case 'boolean':
        this.addNumbers(vector, rows, (i) => vector.values[i]);
        break;
      case 'float64': {
        const words = new Int32Array(vector.values.buffer, vector.values.byteOffset, rows * 2);
        this.addNumbers(vector, rows, (i) => vector.values[i], words);
        break;
      }
      case 'int64':
      case 'timestamp': {
        const words = new Int32Array(vector.values.buffer, vector.values.byteOffset, rows * 2);
        const value = (i: number) => words[2 * i + 1] * 0x1_0000_0000 + (words[2 * i] >>> 0);
        this.addNumbers(vector, rows, value, words);
        break;
      }
      case 'decimal128':
        this.addWide(vector, rows, vector.values, 16);
        this.addRange(vector, rows);
        break;
      case 'uuid':
        this.addWide(vector, rows, vector.values, 16);
        break;
      case 'point':
        this.addPoints(vector, rows);
        break;
      case 'dictionary':
        for (let i = 0; i < rows; i++) if (isValid(vector, i)) this.distinct.add(vector.values[i], 0);
        break;
    }
  }

  /** `words`: two per value, where the value itself is not a whole number of 32 bits. */
  private addNumbers(
    vector: Vector,
    rows: number,
    value: (row: number) => number,
    words: Int32Array | null = null,
  ): void {
    let least = -1;
    let greatest = -1;
    for (let i = 0; i < rows; i++) {
      if (vector.validity !== null && !isValid(vector, i)) continue;
      const number = value(i);
      if (number < this.leastValue) {
        this.leastValue = number;
        least = i;
      }
      if (number > this.greatestValue) {
        this.greatestValue = number;
        greatest = i;
      }
      if (words === null) this.distinct.add(number, 0);
      else this.distinct.add(words[2 * i], words[2 * i + 1]);
    }
    const { text } = typeOf(this.logical);
    if (least >= 0) this.least = text(vector, this.logical, least);
    if (greatest >= 0) this.greatest = text(vector, this.logical, greatest);
  }

  private addTexts(vector: Extract<Vector, { kind: 'utf8' }>, rows: number, kernel: Kernel): void {
    const { offsets, bytes } = vector;
    for (let i = 0; i < rows; i++) {
      const length = offsets[i + 1] - offsets[i];
      if (length > this.bytesMost) this.bytesMost = length;
    }
    const { words } = kernel.hashTexts(offsets.subarray(0, rows + 1), bytes);
    for (let i = 0; i < rows; i++) {
      if (vector.validity === null || isValid(vector, i)) this.distinct.add(words[2 * i], words[2 * i + 1]);
    }
  }

  /** Values of more than two words. */
  private addWide(vector: Vector, rows: number, values: Uint8Array, size: number): void {
    const view = new DataView(values.buffer, values.byteOffset, rows * size);
    for (let i = 0; i < rows; i++) {
      if (vector.validity !== null && !isValid(vector, i)) continue;
      let low = 0x811c9dc5;
      let high = 0;
      for (let at = i * size; at < (i + 1) * size; at += 4)
        [low, high] = folded(low, high, view.getInt32(at));
      this.distinct.add(low, high);
    }
  }

  private addPoints(vector: Extract<Vector, { kind: 'point' }>, rows: number): void {
    const lon = new Int32Array(vector.lon.buffer, vector.lon.byteOffset, rows * 2);
    const lat = new Int32Array(vector.lat.buffer, vector.lat.byteOffset, rows * 2);
    for (let i = 0; i < rows; i++) {
      if (vector.validity !== null && !isValid(vector, i)) continue;
      const low = Math.imul(lon[2 * i], 0x9e3779b1) ^ lat[2 * i];
      this.distinct.add(low, Math.imul(lon[2 * i + 1], 0x85ebca6b) ^ lat[2 * i + 1]);
    }
  }

  /** The least and the greatest of decimals that do not fit into two words. */
  private addRange(vector: Extract<Vector, { kind: 'decimal128' }>, rows: number): void {
    const { value, text } = typeOf(this.logical);
    for (let i = 0; i < rows; i++) {
      if (vector.validity !== null && !isValid(vector, i)) continue;
      const number = value(vector, this.logical, i) as number;
      if (number < this.leastValue) {
        this.leastValue = number;
        this.least = text(vector, this.logical, i);
      }
      if (number > this.greatestValue) {
        this.greatestValue = number;
        this.greatest = text(vector, this.logical, i);
      }
    }
  }
}

function folded(low: number, high: number, word: number): [number, number] {
  return [Math.imul(low ^ word, 0x01000193), (Math.imul(high, 31) + word) | 0];
}
