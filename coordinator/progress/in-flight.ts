/**
 * What workers have read of chunks that are not committed yet. A slot's report is up to half a second old, so
 * it may be about a chunk that the ledger has counted since. Counting that twice would make a progress bar jump
 * ahead and fall back. A slot does not count when
 *
 *   - the commit of its chunk was announced, or
 *   - the ledger counts more commits than were announced, because a read saw a commit a moment before its
 *     notification came: then as many slots do not count, those that are furthest on
 */
import type { ChunkAddress, SlotProgress, WorkerProgress } from '../../platform/progress/progress.ts';

/** How long a commit is remembered: longer than a tick that was sent before it takes to arrive. */
const memoryMs = 10_000;

export interface Flight {
  /** Chunks that are being loaded. */
  readonly slots: number;
  readonly bytes: number;
  readonly rows: number;
}

interface CommitCount {
  /** Commits in the ledger when counting began, and now. */
  readonly before: number;
  now: number;
  announced: number;
}

export class InFlight {
  private readonly commits = new Map<string, number>();
  private readonly counts = new Map<number, CommitCount>();
  private readonly scans = new WeakSet<SlotProgress>();

  /** The file begins to load: what slots report of it now is about its scan, not about chunks. */
  loadingBegins(fileId: number, workers: Iterable<WorkerProgress>): void {
    for (const { slots } of workers) {
      for (const slot of slots) if (slot.fileId === fileId) this.scans.add(slot);
    }
  }

  /** The ledger counts `chunksCommitted` commits of a file. `announced`: those notified since the last call. */
  counted(fileId: number, chunksCommitted: number, announced: readonly ChunkAddress[], at: number): void {
    for (const chunk of announced) this.commits.set(keyOf(chunk), at);
    const count = this.counts.get(fileId);
    if (count) {
      count.now = chunksCommitted;
      count.announced += announced.length;
    } else {
      this.counts.set(fileId, { before: chunksCommitted, now: chunksCommitted, announced: 0 });
    }
  }

  /** The file is not loading any more, or its notifications may have been missed: counting starts again. */
  forget(fileId: number): void {
    this.counts.delete(fileId);
  }

  /** Bytes and rows in flight, by file. */
  sum(workers: Iterable<WorkerProgress>, at: number): Map<number, Flight> {
    for (const [key, heardAt] of this.commits) if (heardAt < at - memoryMs) this.commits.delete(key);
    const slots = new Map<number, SlotProgress[]>();
    for (const worker of workers) {
      for (const slot of worker.slots) {
        if (this.scans.has(slot) || this.commits.has(keyOf(slot))) continue;
        const others = slots.get(slot.fileId);
        if (others) others.push(slot);
        else slots.set(slot.fileId, [slot]);
      }
    }
    return new Map([...slots].map(([fileId, list]) => [fileId, sumOf(list, this.unannounced(fileId))]));
  }

  private unannounced(fileId: number): number {
    const count = this.counts.get(fileId);
    return count ? Math.max(0, count.now - count.before - count.announced) : 0;
  }
}

/** The sum over the slots, except the `without` that are furthest on. */
function sumOf(slots: readonly SlotProgress[], without: number): Flight {
  const left = without === 0 ? slots : [...slots].sort((a, b) => remaining(a) - remaining(b)).slice(without);
  let bytes = 0;
  let rows = 0;
  for (const slot of left) {
    bytes += slot.bytesRead;
    rows += slot.rows;
  }
  return { slots: left.length, bytes, rows };
}

/** Bytes that the slot still has to read. One that commits is further on than one that has read everything. */
function remaining(slot: SlotProgress): number {
  return slot.bytes - slot.bytesRead + (slot.step === 'committing' ? 0 : 1);
}

function keyOf(chunk: ChunkAddress): string {
  return `${chunk.fileId}/${chunk.chunkNumber}`;
}
