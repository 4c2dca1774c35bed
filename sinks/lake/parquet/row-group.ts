import { Breather } from '../../../platform/event-loop.ts';
import type { ByteSink } from './byte-sink.ts';
import { type ColumnChunk, type ColumnValues, encodeColumnChunk } from './column-chunk.ts';
import type { Compression } from './compression.ts';
import type { RowGroup } from './footer.ts';
import type { ParquetColumn } from './schema.ts';

/** What row groups of one part have in common. */
export interface RowGroupShape {
  readonly columns: readonly ParquetColumn[];
  /** One per column. Remembers what earlier row groups showed. */
  readonly compression: readonly Compression[];
}

/**
 * Appends a row group to `sink`, whose first byte is at `fileOffset` of the part, and which must not be used for anything
 * else meanwhile. Gives the event loop back in between.
 */
export async function encodeRowGroup(
  { columns, compression }: RowGroupShape,
  values: readonly ColumnValues[],
  sink: ByteSink,
  fileOffset: number,
): Promise<RowGroup> {
  const chunks: ColumnChunk[] = [];
  const breather = new Breather();
  for (const [i, column] of columns.entries()) {
    const encoding = encodeColumnChunk(column, values[i], sink, fileOffset, compression[i]);
    let step = encoding.next();
    for (; !step.done; step = encoding.next()) await breather.pause();
    chunks.push(step.value);
    await breather.pause();
  }
  return { rows: values[0].rows, columns: chunks };
}
