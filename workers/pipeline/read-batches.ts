/** Passes a chunk's bytes through the kernel: reads the range, transcodes it to UTF-8, and returns batches. */
import { setImmediate as turn } from 'node:timers/promises';
import { createTranscoder } from '../../kernel/dialect/encodings.ts';
import { JsonKernel } from '../../kernel/json/json-kernel.ts';
import { characterEnd } from '../../kernel/scan.ts';
import type { Batch, Kernel } from '../../kernel/types.ts';
import type { CompiledDataset } from '../../model/compiled.ts';
import { needsPlaces } from '../../model/enrich/fallback.ts';
import { readColumns } from '../../model/file/extra.ts';
import type { FileLayout } from '../../platform/layout.ts';
import { fileChanged } from '../../platform/storage/file-changed.ts';
import type { SlotCounters } from '../slots.ts';
import type { Stopwatch } from '../stopwatch.ts';
import type { ChunkSource } from './chunk-source.ts';

export interface ReadOptions {
  /** Already begun for this chunk. */
  readonly kernel: Kernel;
  /** The chunk's bytes in order. The storage reads ahead. */
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly byteCount: number;
  readonly encoding: string;
  readonly counters: SlotCounters;
  readonly stopwatch: Stopwatch;
  readonly signal: AbortSignal;
}

/** A chunk of a file, and what is needed to read it. */
export type ChunkReading = Pick<ReadOptions, 'kernel' | 'counters' | 'stopwatch' | 'signal'> & {
  readonly dataset: CompiledDataset;
  readonly layout: FileLayout;
  readonly source: ChunkSource;
  /** Asks the kernel for the places of rows also where the definition does not need them. Default: false. */
  readonly places?: boolean;
};

/** Begins the kernel at the chunk's first byte. For its batches, see readBatches. */
export function readChunk(reading: ChunkReading): AsyncGenerator<Batch, void, void> {
  const { dataset, layout, source, counters, stopwatch, signal } = reading;
  const { format } = layout;
  const kernel = format === undefined ? reading.kernel : new JsonKernel(reading.kernel, format);
  const places = reading.places === true || needsPlaces(dataset);
  kernel.begin(
    { ...layout, ...readColumns(dataset, layout), dialect: layout, places },
    { byteStart: source.byteStart, skipBytes: 0 },
  );
  return readBatches({ ...source, kernel, encoding: layout.encoding, counters, stopwatch, signal });
}

/**
 * Returns the batches of the chunk. Each is valid until the next one is requested. Between batches the event loop
 * runs, so that locks are renewed, ticks are sent, and the other slot can continue. Throws the signal's reason when
 * it aborts, and LF_FILE_CHANGED if there are fewer bytes than the chunk has.
 */
export async function* readBatches(options: ReadOptions): AsyncGenerator<Batch, void, void> {
  const { byteCount, encoding, counters, stopwatch } = options;
  const transcoder = createTranscoder(encoding);
  let seen = 0;
  for await (const piece of options.bytes) {
    stopwatch.lap('read');
    seen += piece.length;
    // The counter is in bytes of the file, of which these bytes represent a share.
    counters.bytesRead = Math.round((counters.bytes * seen) / byteCount);
    yield* feedKernel(transcoder.push(piece), false, options);
    stopwatch.skip();
  }
  yield* feedKernel(transcoder.end(), true, options);
  counters.bytesRead = counters.bytes;
  if (seen !== byteCount) throw fileChanged(`file ${counters.fileId}`);
}

/** Passes UTF-8 to a kernel that has begun, and yields its batches. If the encoding has other byte counts, passes
 * whole characters only. */
export async function* feedKernel(
  utf8: Uint8Array,
  last: boolean,
  { kernel, encoding, stopwatch, signal }: Pick<ReadOptions, 'kernel' | 'encoding' | 'stopwatch' | 'signal'>,
): AsyncGenerator<Batch, void, void> {
  for (let from = 0; from < utf8.length || last; ) {
    const space = kernel.inputSpace();
    const end = Math.min(utf8.length, from + space.length);
    const until = encoding === 'utf-8' ? end : characterEnd(utf8, end);
    space.set(utf8.subarray(from, until));
    kernel.filled(until - from, last && until === utf8.length);
    from = until;
    yield* batchesAtHand(kernel, stopwatch, signal);
    if (from === utf8.length) return;
  }
}

async function* batchesAtHand(
  kernel: Kernel,
  stopwatch: Stopwatch,
  signal: AbortSignal,
): AsyncGenerator<Batch, void, void> {
  for (;;) {
    const batch = kernel.next();
    stopwatch.lap('parse');
    if (batch === null) return;
    yield batch;
    await turn();
    signal.throwIfAborted();
    stopwatch.skip();
  }
}
