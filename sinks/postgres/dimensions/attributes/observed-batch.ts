/** Rows whose attributes are compared, and what is kept of them. */
import type { AttributeValues } from './attribute-values.ts';
import type { KeyWords, MemberPlaces } from './member-places.ts';
import type { OrderWords } from './order-words.ts';

/** The rows of a batch, ready to be compared. */
export interface ObservedBatch {
  readonly rows: number;
  readonly order: OrderWords;
  readonly values: AttributeValues;
  /** Of the rows' members. */
  readonly keys: KeyWords;
}

/** What is kept of the rows: the latest of each member, or all instants of its versions. */
export interface Kept {
  /** About its memory. */
  readonly bytes: number;
  take(batch: ObservedBatch, places: MemberPlaces): void;
  /** COPY rows of the member without its key, chunk and attributes; `write` is called for each. */
  rowsOf(place: number, values: AttributeValues, write: (fields: string, number: number) => void): void;
}
