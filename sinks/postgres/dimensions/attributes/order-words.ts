/**
 * The values by which rows are ordered, as signed 64-bit numbers in two words: a whole number, the digits of a numeric
 * without its point, days, or µs since 1970 in UTC. A null is less than all others: the least number.
 */
import { isValid, type Vector } from '../../../../kernel/columns/vectors.ts';
import { LandfallError } from '../../../../platform/errors/errors.ts';

/** The upper word of a null; its lower one is 0. */
const NULL_HIGH = -0x8000_0000;
/** Upper words of numbers that a double holds exactly. */
const EXACT_HIGH = 1 << 20;

export class OrderWords {
  high = new Int32Array(0);
  low = new Int32Array(0);

  /** Reads the batch's values. */
  load(vector: Vector, rows: number): void {
    if (this.high.length < rows) {
      this.high = new Int32Array(rows);
      this.low = new Int32Array(rows);
    }
    const { high, low } = this;
    if (vector.kind === 'int32') {
      for (let row = 0; row < rows; row++) {
        low[row] = vector.values[row];
        high[row] = vector.values[row] >> 31;
      }
    } else if (vector.kind === 'int64' || vector.kind === 'timestamp') {
      const words = new Int32Array(vector.values.buffer, vector.values.byteOffset, rows * 2);
      for (let row = 0; row < rows; row++) {
        low[row] = words[row * 2];
        high[row] = words[row * 2 + 1];
      }
    } else throw new LandfallError('LF_INTERNAL', { reason: `members are ordered by a ${vector.kind}` });
    if (vector.validity === null) return;
    for (let row = 0; row < rows; row++) {
      if (isValid(vector, row)) continue;
      low[row] = 0;
      high[row] = NULL_HIGH;
    }
  }
}

/** Less than 0 if the first number is less, 0 if they are equal. */
export function compareWords(high: number, low: number, otherHigh: number, otherLow: number): number {
  return high === otherHigh ? (low >>> 0) - (otherLow >>> 0) : high - otherHigh;
}

/** The number in digits. */
export function wordsText(high: number, low: number): string {
  if (high < EXACT_HIGH && high >= -EXACT_HIGH) return String(high * 0x1_0000_0000 + (low >>> 0));
  return String((BigInt(high) << 32n) | BigInt(low >>> 0));
}
