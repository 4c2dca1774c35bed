/** Keeps the latest row of each member of a chunk: that with the greatest (order, hash of the attributes). */
import type { AttributeValues } from './attribute-values.ts';
import { doubled, type MemberPlaces, UNKNOWN } from './member-places.ts';
import type { Kept, ObservedBatch } from './observed-batch.ts';
import { compareWords, wordsText } from './order-words.ts';

const FIRST_MEMBERS = 512;

export class LatestRows implements Kept {
  bytes = 0;
  private high = new Int32Array(FIRST_MEMBERS);
  private low = new Int32Array(FIRST_MEMBERS);
  /** The number of the attributes. */
  private number = new Int32Array(FIRST_MEMBERS);

  take({ rows, order, values, keys }: ObservedBatch, places: MemberPlaces): void {
    for (let row = 0; row < rows; row++) {
      const known = places.size;
      const place = places.placeOfRow(keys, row);
      if (place === UNKNOWN) continue;
      if (place === known) this.makeRoom(place);
      else {
        const later = compareWords(order.high[row], order.low[row], this.high[place], this.low[place]);
        if (later < 0) continue;
        if (values.has(row, this.number[place])) {
          this.high[place] = order.high[row];
          this.low[place] = order.low[row];
          continue;
        }
        if (later === 0 && values.hash(values.numberOf(row)) <= values.hash(this.number[place])) continue;
      }
      this.high[place] = order.high[row];
      this.low[place] = order.low[row];
      this.number[place] = values.numberOf(row);
    }
  }

  rowsOf(place: number, values: AttributeValues, write: (fields: string, number: number) => void): void {
    const number = this.number[place];
    write(`${wordsText(this.high[place], this.low[place])}\t${values.hash(number)}`, number);
  }

  private makeRoom(place: number): void {
    this.bytes += 12;
    if (place < this.number.length) return;
    this.high = doubled(this.high);
    this.low = doubled(this.low);
    this.number = doubled(this.number);
  }
}
