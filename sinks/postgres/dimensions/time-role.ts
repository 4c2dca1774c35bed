/** Keys of a time-of-day dimension: 1 + the number of whole grains since midnight, local time; 0 where there is none. */
import type { Int32Vector } from '../../../kernel/columns/vectors.ts';
import type { CompiledDimension } from '../../../model/compiled.ts';
import type { Batch } from '../../../model/enrich/batch.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { grainSeconds } from '../ddl/dimension-ddl.ts';
import { vectorOf } from '../facts/batch-vector.ts';
import { unknownWhereNull } from './translate.ts';

type Time = Extract<CompiledDimension, { kind: 'time' }>;

/** One role of the dimension, for one chunk. Its members are all there. */
export class TimeRole {
  private readonly dimension: Time;
  private keys = new Int32Array(0);

  constructor(dimension: Time) {
    this.dimension = dimension;
  }

  async resolve(batch: Batch): Promise<Int32Vector> {
    const { rows } = batch;
    if (this.keys.length < rows) this.keys = new Int32Array(rows);
    const { keys } = this;
    const vector = vectorOf(batch, this.dimension.vector);
    const seconds = grainSeconds[this.dimension.grain];
    if (vector.kind === 'timestamp') {
      for (let row = 0; row < rows; row++) keys[row] = 1 + Math.trunc(vector.localSecond[row] / seconds);
    } else if (vector.kind === 'int64') {
      const micros = seconds * 1_000_000;
      for (let row = 0; row < rows; row++) keys[row] = 1 + Math.trunc(Number(vector.values[row]) / micros);
    } else throw new LandfallError('LF_INTERNAL', { reason: `a time dimension was given ${vector.kind}` });
    if (vector.validity !== null) unknownWhereNull(vector.validity, rows, keys);
    return { kind: 'int32', length: rows, validity: null, nullCount: 0, values: keys };
  }
}
