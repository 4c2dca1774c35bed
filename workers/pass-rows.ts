/** A claimed chunk's rows on their way: read, parsed, enriched, handed to the lake and to the star. */
import type { Kernel } from '../kernel/types.ts';
import type { CompiledDataset } from '../model/compiled.ts';
import { enrichBatch } from '../model/enrich.ts';
import { readColumns } from '../model/extra.ts';
import { convertFallbacks, needsPlaces } from '../model/fallback.ts';
import { ReusedLanes } from '../model/lanes.ts';
import { crashPoint } from '../platform/crash-points.ts';
import type { Ledger } from '../platform/ledger/ledger.ts';
import type { ChunkJob, FileLayout } from '../platform/types.ts';
import type { ChunkSource } from './chunk-source.ts';
import type { LakeChunk } from './lake/lake-chunk.ts';
import { readBatches } from './read-batches.ts';
import type { RejectTray, Spill } from './rejects.ts';
import type { SlotCounters } from './slots.ts';
import type { Dimensions } from './star/dimensions.ts';
import { factFields } from './star/fact-fields.ts';
import type { Stopwatch } from './stopwatch.ts';
import type { Repeats } from './unique/repeats.ts';

/** Where the rows go, and what they need on the way. */
export interface Way {
  readonly job: ChunkJob;
  readonly dataset: CompiledDataset;
  readonly layout: FileLayout;
  readonly source: ChunkSource;
  readonly lake: LakeChunk;
  readonly rejects: RejectTray;
  /** Takes binary COPY rows; they are the kernel's, and overwritten when it settles. */
  readonly facts: Spill & { write(rows: Uint8Array): Promise<void> };
  readonly kernel: Kernel;
  readonly ledger: Ledger;
  readonly dimensions: Dimensions;
  /** Of a dataset with unique rules. */
  readonly repeats: Repeats | null;
  readonly counters: SlotCounters;
  readonly stopwatch: Stopwatch;
  readonly signal: AbortSignal;
}

/** Passes all rows of the chunk on; `counters.rows` says how many were parsed, `rejects` how many stay behind. */
export async function passRows(way: Way): Promise<void> {
  const { job, dataset, layout, source, lake, rejects, facts, kernel, counters, stopwatch, signal } = way;
  const keys = way.dimensions.openChunk();
  const lanes = new ReusedLanes();
  kernel.begin(
    { ...layout, ...readColumns(dataset, layout), dialect: layout, places: needsPlaces(dataset) },
    { byteStart: source.byteStart, skipBytes: 0 },
  );
  const reading = { ...source, kernel, encoding: layout.encoding, counters, stopwatch, signal };
  stopwatch.skip();
  for await (const parsed of readBatches(reading)) {
    counters.step = 'loading';
    counters.rows += parsed.parsed;
    const ruled = convertFallbacks(dataset, parsed);
    const converted = way.repeats === null ? ruled : await way.repeats.turnAway(ruled);
    lanes.reuse();
    const batch = enrichBatch(dataset, converted.vectors, converted.rows, layout.extra, lanes);
    stopwatch.lap('enrich');
    crashPoint('chunk.read');
    await rejects.take(converted.rejects, facts, way.ledger);
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
}
