/** Numbers the members of a chunk in the order in which they appear, by their keys. */
import type { KeyVector } from '../../facts/fact-fields.ts';

/** The keys of a batch's members. The words of row `row` are at `row * stride`; both are 0 for the unknown member. */
export interface KeyWords {
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly lowStride: number;
  readonly highStride: number;
}

const noWords = new Int32Array(1);

export function keyWords(keys: KeyVector): KeyWords {
  if (keys.kind === 'int32') return { low: keys.values, high: noWords, lowStride: 1, highStride: 0 };
  const { buffer, byteOffset, length } = keys.values;
  const words = new Int32Array(buffer, byteOffset, length * 2);
  return { low: words, high: words.subarray(1), lowStride: 2, highStride: 2 };
}

/** The place of the unknown member, which has no number. */
export const UNKNOWN = -1;

const FIRST_SLOTS_LOG2 = 10;

export class MemberPlaces {
  size = 0;
  /** The words of each member's key. */
  low = new Int32Array(1 << (FIRST_SLOTS_LOG2 - 1));
  high = new Int32Array(1 << (FIRST_SLOTS_LOG2 - 1));
  /** Open addressing with linear probing, at most half full: a member's number + 1, or 0. */
  private slots = new Int32Array(1 << FIRST_SLOTS_LOG2);
  private shift = 32 - FIRST_SLOTS_LOG2;

  /** The number of the row's member, which is new if it is the size before the call. */
  placeOfRow({ low, high, lowStride, highStride }: KeyWords, row: number): number {
    const keyLow = low[row * lowStride];
    const keyHigh = high[row * highStride];
    return (keyLow | keyHigh) === 0 ? UNKNOWN : this.placeOf(keyLow, keyHigh);
  }

  /**
   * The numbers of the rows' members; UNKNOWN for the unknown member. Returns the number of rows up to the one that
   * makes `most` members, that one included; all if there are fewer.
   */
  placesOfRows(words: KeyWords, rows: number, most: number, out: Int32Array): number {
    const { low, high, lowStride, highStride } = words;
    for (let row = 0; row < rows; row++) {
      const keyLow = low[row * lowStride];
      const keyHigh = high[row * highStride];
      out[row] = (keyLow | keyHigh) === 0 ? UNKNOWN : this.placeOf(keyLow, keyHigh);
      if (this.size >= most) return row + 1;
    }
    return rows;
  }

  private placeOf(low: number, high: number): number {
    const { slots } = this;
    const mask = slots.length - 1;
    let slot = Math.imul(low, 0x9e3779b1) >>> this.shift;
    for (; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const place = slots[slot] - 1;
      if (this.low[place] === low && this.high[place] === high) return place;
    }
    if (this.size === this.low.length) {
      this.grow();
      return this.placeOf(low, high);
    }
    this.low[this.size] = low;
    this.high[this.size] = high;
    slots[slot] = ++this.size;
    return this.size - 1;
  }

  private grow(): void {
    this.low = doubled(this.low);
    this.high = doubled(this.high);
    this.slots = new Int32Array(this.slots.length * 2);
    this.shift--;
    const { slots, shift, low } = this;
    const mask = slots.length - 1;
    for (let place = 0; place < this.size; place++) {
      let slot = Math.imul(low[place], 0x9e3779b1) >>> shift;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = place + 1;
    }
  }
}

/** The same numbers in an array of twice the length. */
export function doubled(values: Int32Array): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(values.length * 2);
  longer.set(values);
  return longer;
}
