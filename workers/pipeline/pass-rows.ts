/** A claimed chunk's rows on their way: read, parsed, enriched, handed to the lake and to the star. */

import type { Ledger } from '../../ledger/ledger.ts';
import { enrichBatch } from '../../model/enrich/enrich.ts';
import { ReusedLanes } from '../../model/enrich/lanes.ts';
import { convertFallbacks } from '../../model/types/fallback.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import type { ChunkJob } from '../../platform/types.ts';
import type { LakeChunk } from '../../sinks/lake/lake-chunk.ts';
import type { Dimensions } from '../../sinks/postgres/dimensions/dimensions.ts';
import { factFields } from '../../sinks/postgres/facts/fact-fields.ts';
import { type ChunkReading, readChunk } from './read-batches.ts';
import type { RejectTray, Spill } from './reject-tray.ts';
import type { Repeats } from './unique/repeats.ts';

/** Where the rows go, and what they need on the way. */
export interface Way extends ChunkReading {
  readonly job: ChunkJob;
  readonly lake: LakeChunk;
  readonly rejects: RejectTray;
  /** Takes binary COPY rows; they are the kernel's, and overwritten when it settles. */
  readonly facts: Spill & { write(rows: Uint8Array): Promise<void> };
  readonly ledger: Ledger;
  readonly dimensions: Dimensions;
  /** Of a dataset with unique rules. */
  readonly repeats: Repeats | null;
}

/** Passes all rows of the chunk on; `counters.rows` says how many were parsed, `rejects` how many stay behind. */
export async function passRows(way: Way): Promise<void> {
  const { job, dataset, layout, lake, rejects, facts, kernel, counters, stopwatch } = way;
  const keys = way.dimensions.openChunk(kernel);
  const lanes = new ReusedLanes();
  stopwatch.skip();
  for await (const parsed of readChunk(way)) {
    counters.step = 'loading';
    counters.rows += parsed.parsed;
    const ruled = convertFallbacks(dataset, parsed);
    const converted = way.repeats === null ? ruled : await way.repeats.turnAway(ruled);
    lanes.reuse();
    const batch = enrichBatch(dataset, converted.vectors, converted.rows, layout.extra, lanes);
    stopwatch.lap('enrich');
    crashPoint('chunk.read');
    await rejects.take(converted.rejects, way);
    await lake.write(batch);
    stopwatch.lap('lake');
    const members = await keys.resolve(batch);
    stopwatch.lap('dimensions');
    const rows = kernel.encodeCopyRows(factFields(dataset.star, batch, members, job.chunkId), batch.rows);
    stopwatch.lap('encode');
    await facts.write(rows);
    stopwatch.lap('copy');
    crashPoint('chunk.copying');
  }
  await keys.finish(way.signal);
  stopwatch.lap('dimensions');
}
