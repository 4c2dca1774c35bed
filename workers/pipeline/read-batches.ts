/** A chunk's bytes through the kernel: range read, transcoded to UTF-8, then batches. */
import { setImmediate as turn } from 'node:timers/promises';
import { createTranscoder } from '../../kernel/dialect/encodings.ts';
import { characterEnd } from '../../kernel/scan.ts';
import type { Batch, Kernel } from '../../kernel/types.ts';
import type { CompiledDataset } from '../../model/compiled.ts';
import { needsPlaces } from '../../model/enrich/fallback.ts';
import { readColumns } from '../../model/file/extra.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { FileLayout } from '../../platform/layout.ts';
import type { SlotCounters } from '../slots.ts';
import type { Stopwatch } from '../stopwatch.ts';
import type { ChunkSource } from './chunk-source.ts';

export interface ReadOptions {
  /** Begun for this chunk. */
  readonly kernel: Kernel;
  /** The chunk's bytes in order; the storage reads ahead. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** How many there are. */
  readonly byteCount: number;
  readonly encoding: string;
  readonly counters: SlotCounters;
  readonly stopwatch: Stopwatch;
  readonly signal: AbortSignal;
}

/** A chunk of a file, and what reads it. */
export type ChunkReading = Pick<ReadOptions, 'kernel' | 'counters' | 'stopwatch' | 'signal'> & {
  readonly dataset: CompiledDataset;
  readonly layout: FileLayout;
  readonly source: ChunkSource;
};

/** Begins the kernel for the chunk's first byte. Its batches: see readBatches. */
export function readChunk(reading: ChunkReading): AsyncGenerator<Batch, void, void> {
  const { dataset, layout, source, kernel, counters, stopwatch, signal } = reading;
  kernel.begin(
    { ...layout, ...readColumns(dataset, layout), dialect: layout, places: needsPlaces(dataset) },
    { byteStart: source.byteStart, skipBytes: 0 },
  );
  return readBatches({ ...source, kernel, encoding: layout.encoding, counters, stopwatch, signal });
}

/**
 * Batches of the chunk, each valid until the next is asked for. Between batches the event loop has a
 * turn, so that locks are renewed, ticks sent and the other slot's waits answered. Throws the signal's
 * reason when it aborts, LF_FILE_CHANGED when there were fewer bytes than the chunk has.
 */
export async function* readBatches(options: ReadOptions): AsyncGenerator<Batch, void, void> {
  const { byteCount, encoding, counters, stopwatch } = options;
  const transcoder = createTranscoder(encoding);
  let seen = 0;
  for await (const piece of options.bytes) {
    stopwatch.lap('read');
    seen += piece.length;
    // What is counted are the chunk's bytes, of which these stand for a share.
    counters.bytesRead = Math.round((counters.bytes * seen) / byteCount);
    yield* feed(transcoder.push(piece), false, options);
    stopwatch.skip();
  }
  yield* feed(transcoder.end(), true, options);
  counters.bytesRead = counters.bytes;
  if (seen !== byteCount) throw new LandfallError('LF_FILE_CHANGED', { file: `file ${counters.fileId}` });
}

/** Hands UTF-8 to the kernel, whole characters at a time where it counts in other bytes. */
async function* feed(
  utf8: Uint8Array,
  last: boolean,
  { kernel, encoding, stopwatch, signal }: ReadOptions,
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
