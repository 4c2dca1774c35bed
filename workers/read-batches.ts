/** A chunk's bytes through the kernel: range read, then batches. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Batch, Kernel } from '../kernel/types.ts';
import { LandfallError } from '../platform/errors.ts';
import type { SlotCounters } from './slots.ts';
import type { Stopwatch } from './stopwatch.ts';

export interface ReadOptions {
  /** Begun for this chunk. */
  readonly kernel: Kernel;
  /** The chunk's bytes in order; the storage reads ahead. */
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly counters: SlotCounters;
  readonly stopwatch: Stopwatch;
  readonly signal: AbortSignal;
}

/**
 * Batches of the chunk, each valid until the next is asked for. Between batches the event loop has a
 * turn, so that locks are renewed, ticks sent and the other slot's waits answered. Throws the signal's
 * reason when it aborts, LF_FILE_CHANGED when there were fewer bytes than the chunk has.
 */
export async function* readBatches(options: ReadOptions): AsyncGenerator<Batch, void, void> {
  const { kernel, counters, stopwatch, signal } = options;
  if (counters.bytes === 0) kernel.filled(0, true);
  for await (const piece of options.bytes) {
    stopwatch.lap('read');
    let from = 0;
    while (from < piece.length) {
      const space = kernel.inputSpace();
      const count = Math.min(space.length, piece.length - from);
      space.set(piece.subarray(from, from + count));
      from += count;
      counters.bytesRead += count;
      kernel.filled(count, counters.bytesRead === counters.bytes);
      yield* batchesAtHand(kernel, stopwatch, signal);
    }
    stopwatch.skip();
  }
  if (counters.bytes === 0) yield* batchesAtHand(kernel, stopwatch, signal);
  if (counters.bytesRead === counters.bytes) return;
  throw new LandfallError('LF_FILE_CHANGED', { file: `file ${counters.fileId}` });
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
