/**
 * What a chunk's rows say of the attributes of a dimension's members, collected while the rows pass. It is copied into
 * the table of observations in the chunk's transaction, as text.
 */
import type { ChangingDimension } from '../../../../model/compiled.ts';
import type { Batch } from '../../../../model/enrich/batch.ts';
import { vectorOf } from '../../facts/batch-vector.ts';
import type { KeyVector } from '../../facts/fact-fields.ts';
import { AttributeValues } from './attribute-values.ts';
import { keyWords, MemberPlaces } from './member-places.ts';
import type { Kept } from './observed-batch.ts';
import { OrderWords, wordsText } from './order-words.ts';

/** Bytes that a role collects before they are copied. Twice as much in memory while they are written as text. */
const COLLECTED_BYTES = 8 << 20;

/** One role of a dimension, for one chunk. */
export class Observer {
  private readonly dimension: ChangingDimension;
  private readonly make: () => Kept;
  private readonly order = new OrderWords();
  private values: AttributeValues;
  private places = new MemberPlaces();
  private kept: Kept;

  constructor(dimension: ChangingDimension, make: () => Kept) {
    this.dimension = dimension;
    this.make = make;
    this.values = new AttributeValues(dimension.attributes);
    this.kept = make();
  }

  /** `keys`: of the rows' members. */
  observe(batch: Batch, keys: KeyVector): void {
    const { order, values } = this;
    order.load(vectorOf(batch, this.dimension.changing.by.vector), batch.rows);
    values.load(batch);
    this.kept.take({ rows: batch.rows, order, values, keys: keyWords(keys) }, this.places);
  }

  /** Whether what is collected must be copied before more rows come. */
  get isFull(): boolean {
    return this.kept.bytes + this.values.bytes + this.places.size * 16 > COLLECTED_BYTES;
  }

  /** COPY rows of what was collected, which is then forgotten. '' if there is nothing. */
  copyRows(chunkId: number): string {
    const { kept, places, values } = this;
    const lines: string[] = [];
    for (let place = 0; place < places.size; place++) {
      const key = wordsText(places.high[place], places.low[place]);
      kept.rowsOf(place, values, (fields, number) => {
        lines.push(`${key}\t${chunkId}\t${fields}\t${values.texts[number]}\n`);
      });
    }
    this.places = new MemberPlaces();
    this.values = new AttributeValues(this.dimension.attributes);
    this.kept = this.make();
    return lines.join('');
  }
}
