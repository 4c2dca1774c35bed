/** Removes rejected rows from batches of the kernel. */
import type { Batch, RawReject } from '../../kernel/types.ts';
import { selectRows } from './select.ts';

/** The batch with the rows `kept`, ascending, and with more rejects. */
export function selectBatch(batch: Batch, kept: Int32Array, rejects: readonly RawReject[]): Batch {
  const { place, line, parsed, byteOffsets, vectors } = batch;
  return {
    rows: kept.length,
    vectors: vectors.map((vector) => selectRows(vector, kept)),
    byteOffsets: Float64Array.from(kept, (row) => byteOffsets[row]),
    rejects: [...batch.rejects, ...rejects].sort((a, b) => a.record - b.record),
    parsed,
    place: place && ((row) => place(kept[row])),
    line: line && ((row) => line(kept[row])),
  };
}
