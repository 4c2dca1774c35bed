/** Sums over files. */
import type { FileProgress, FileState, RowCounts, Totals } from '../../platform/progress.ts';

export const noRows: RowCounts = { parsed: 0, loaded: 0, rejected: 0, deduplicated: 0 };

export const noTotals: Totals = {
  files: 0,
  filesDone: 0,
  filesFailed: 0,
  bytes: 0,
  bytesCommitted: 0,
  rows: noRows,
  rowsPerSecond: 0,
  bytesPerSecond: 0,
};

/** States that a file does not leave by itself. */
const finished: ReadonlySet<FileState> = new Set(['done', 'failed', 'duplicate', 'undone']);

export function isFinished(state: FileState): boolean {
  return finished.has(state);
}

/**
 * Totals with one more file. Files of unknown datasets do not count: nothing of theirs is in the
 * ledger. Rates are not sums and stay as they are.
 */
export function addFile(totals: Totals, file: FileProgress): Totals {
  if (file.state === 'unknown') return totals;
  return {
    files: totals.files + 1,
    filesDone: totals.filesDone + (file.state === 'done' ? 1 : 0),
    filesFailed: totals.filesFailed + (file.state === 'failed' ? 1 : 0),
    bytes: totals.bytes + file.bytes,
    bytesCommitted: totals.bytesCommitted + file.bytesCommitted,
    rows: addRows(totals.rows, file.rows),
    rowsPerSecond: totals.rowsPerSecond,
    bytesPerSecond: totals.bytesPerSecond,
  };
}

function addRows(a: RowCounts, b: RowCounts): RowCounts {
  return {
    parsed: a.parsed + b.parsed,
    loaded: a.loaded + b.loaded,
    rejected: a.rejected + b.rejected,
    deduplicated: a.deduplicated + b.deduplicated,
  };
}
