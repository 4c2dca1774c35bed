/** Sums over files. */
import { type FileProgress, noRows, type Totals } from '../../platform/progress/progress.ts';

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

/**
 * Totals with more files. Files of unknown datasets do not count: the ledger does not have them. Rates are
 * not sums and stay as they are.
 */
export function addFiles(totals: Totals, added: readonly FileProgress[]): Totals {
  let { files, filesDone, filesFailed, bytes, bytesCommitted } = totals;
  let { parsed, loaded, rejected, deduplicated } = totals.rows;
  for (const file of added) {
    if (file.state === 'unknown') continue;
    files += 1;
    if (file.state === 'done') filesDone += 1;
    if (file.state === 'failed') filesFailed += 1;
    bytes += file.bytes;
    bytesCommitted += file.bytesCommitted;
    parsed += file.rows.parsed;
    loaded += file.rows.loaded;
    rejected += file.rows.rejected;
    deduplicated += file.rows.deduplicated;
  }
  const rows = { parsed, loaded, rejected, deduplicated };
  return { ...totals, files, filesDone, filesFailed, bytes, bytesCommitted, rows };
}
