/**
 * Reads the ledger when a notification says that something changed, and only then. Notifications that
 * come within `debounceMs`, or during a read, share the next read: one query for all files. After a read that
 * took long the next one waits longer, so that thousands of files in flight, or a busy machine, do not keep
 * the coordinator reading.
 *
 *   idle ──notified──▶ waiting ──debounceMs since the last read──▶ reading ──▶ idle
 *                                                                   │ ▲ notified meanwhile: read again
 *                                                                   └─┘ failed: again after a pause
 */

import type { ChunkCommit } from '../../platform/progress/progress.ts';

/** What changed since the last read. */
export interface Dirty {
  /** Everything must be read again: the connection that listens was lost for a while. */
  readonly all: boolean;
  readonly fileIds: readonly number[];
  /** Chunks whose commit was announced. */
  readonly commits: readonly ChunkCommit[];
  /** A mart fails, or no longer does. */
  readonly marts: boolean;
  /** What needs a person may have changed. */
  readonly attention: boolean;
}

export interface LedgerReader {
  /** A file changed; `commit` where it was the commit of a chunk. */
  file(fileId: number, commit?: ChunkCommit): void;
  marts(): void;
  attention(): void;
  all(): void;
  /** Resolves when no read is running; none starts afterwards. */
  close(): Promise<void>;
}

/** Least time between the starts of two reads. A first notification is read at once. */
const debounceMs = 20;
/** The pause is this many times as long as the last read, at most `debounceMostMs`. A push takes under 100 ms. */
const restFactor = 4;
const debounceMostMs = 80;
const firstRetryMs = 250;
const lastRetryMs = 10_000;

/** `read` is never called while another call is running. */
export function createLedgerReader(options: {
  read(dirty: Dirty): Promise<void>;
  onError(error: unknown): void;
}): LedgerReader {
  let fileIds = new Set<number>();
  let commits: ChunkCommit[] = [];
  let marts = false;
  let attention = false;
  let all = false;
  let timer: NodeJS.Timeout | null = null;
  let reading: Promise<void> | null = null;
  let closed = false;
  let lastStart = Number.NEGATIVE_INFINITY;
  let retryMs = firstRetryMs;
  let tookMs = 0;

  const schedule = (waitMs: number) => {
    if (closed || timer || reading) return;
    timer = setTimeout(() => {
      timer = null;
      reading = readOnce().finally(() => {
        reading = null;
        if (fileIds.size > 0 || marts || attention || all) soon();
      });
    }, waitMs);
  };
  const soon = () => {
    const waitMs = Math.min(debounceMostMs, Math.max(debounceMs, tookMs * restFactor));
    schedule(Math.max(0, lastStart + waitMs - performance.now()));
  };

  const readOnce = async () => {
    const dirty: Dirty = { all, fileIds: [...fileIds], commits, marts, attention };
    fileIds = new Set();
    commits = [];
    marts = false;
    attention = false;
    all = false;
    lastStart = performance.now();
    try {
      await options.read(dirty);
      tookMs = performance.now() - lastStart;
      retryMs = firstRetryMs;
    } catch (error) {
      all = true;
      lastStart = performance.now() + retryMs - debounceMs;
      retryMs = Math.min(lastRetryMs, retryMs * 2);
      if (!closed) options.onError(error);
    }
  };

  return {
    file(fileId, commit) {
      fileIds.add(fileId);
      if (commit !== undefined) commits.push(commit);
      soon();
    },
    marts() {
      marts = true;
      soon();
    },
    attention() {
      attention = true;
      soon();
    },
    all() {
      all = true;
      soon();
    },
    async close() {
      closed = true;
      if (timer) clearTimeout(timer);
      await reading;
    },
  };
}
