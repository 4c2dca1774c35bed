/**
 * Keeps all instants of each member of a chunk, with the attributes of each: of two rows of one instant those with the
 * greater hash. Anything less would not do: a row of another file may fall between any two of them, and then the second
 * one begins a version.
 */
import type { AttributeValues } from './attribute-values.ts';
import { doubled, type MemberPlaces, UNKNOWN } from './member-places.ts';
import type { Kept, ObservedBatch } from './observed-batch.ts';
import { compareWords, wordsText } from './order-words.ts';

/** Instants of one row of the table: an array of at most 32 KiB. */
const INSTANTS_MOST = 4096;
const FIRST_POINTS = 1024;
const NONE = -1;

export class DatedRows implements Kept {
  /** Of each instant: its words, the number of its attributes, and the instant of the same member before it. */
  private high = new Int32Array(FIRST_POINTS);
  private low = new Int32Array(FIRST_POINTS);
  private number = new Int32Array(FIRST_POINTS);
  private before = new Int32Array(FIRST_POINTS);
  private points = 0;
  /** Of each member: its last instant. */
  private last = new Int32Array(FIRST_POINTS);

  get bytes(): number {
    return this.points * 16;
  }

  take({ rows, order, values, keys }: ObservedBatch, places: MemberPlaces): void {
    for (let row = 0; row < rows; row++) {
      const known = places.size;
      const place = places.placeOfRow(keys, row);
      if (place === UNKNOWN) continue;
      if (place === known) this.makeRoom(place);
      const last = this.last[place];
      const isSame = last !== NONE && values.has(row, this.number[last]);
      const number = isSame ? this.number[last] : values.numberOf(row);
      if (last !== NONE && this.high[last] === order.high[row] && this.low[last] === order.low[row]) {
        if (values.hash(number) > values.hash(this.number[last])) this.number[last] = number;
      } else this.last[place] = this.add(order.high[row], order.low[row], number, last);
    }
  }

  /** One row for each run of equal attributes. */
  rowsOf(place: number, values: AttributeValues, write: (fields: string, number: number) => void): void {
    const instants = this.instantsOf(place, values);
    for (let from = 0, to = 0; from < instants.length; from = to) {
      const number = this.number[instants[from]];
      const texts: string[] = [];
      for (; to < instants.length && to - from < INSTANTS_MOST; to++) {
        if (this.number[instants[to]] !== number) break;
        texts.push(wordsText(this.high[instants[to]], this.low[instants[to]]));
      }
      write(`${texts[0]}\t${texts.at(-1)}\t${values.hash(number)}\t{${texts.join()}}`, number);
    }
  }

  /** The member's instants in order, each once. */
  private instantsOf(place: number, values: AttributeValues): number[] {
    const all: number[] = [];
    for (let at = this.last[place]; at !== NONE; at = this.before[at]) all.push(at);
    all.reverse();
    const compare = (a: number, b: number) =>
      compareWords(this.high[a], this.low[a], this.high[b], this.low[b]);
    const isSorted = all.every((at, i) => i === 0 || compare(all[i - 1], at) < 0);
    if (isSorted) return all;
    const hash = (at: number) => values.hash(this.number[at]);
    all.sort((a, b) => compare(a, b) || (hash(a) < hash(b) ? 1 : -1));
    return all.filter((at, i) => i === 0 || compare(all[i - 1], at) !== 0);
  }

  private add(high: number, low: number, number: number, before: number): number {
    if (this.points === this.high.length) {
      this.high = doubled(this.high);
      this.low = doubled(this.low);
      this.number = doubled(this.number);
      this.before = doubled(this.before);
    }
    this.high[this.points] = high;
    this.low[this.points] = low;
    this.number[this.points] = number;
    this.before[this.points] = before;
    return this.points++;
  }

  private makeRoom(place: number): void {
    if (place === this.last.length) this.last = doubled(this.last);
    this.last[place] = NONE;
  }
}
