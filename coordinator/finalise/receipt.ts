/** Makes the receipts of finished files. Pure. */
import type { LedgerFile } from '../../ledger/ledger.ts';
import type { Receipt } from '../../platform/file-receipt.ts';
import type { FileLayout } from '../../platform/layout.ts';
import { type FileLink, noRows, type RowCounts } from '../../platform/progress/progress.ts';

/** The receipt of a file that ends in any way, with all counts zero. */
function emptyReceipt(
  file: LedgerFile,
  status: Receipt['status'],
  finishedAt: Date,
): Omit<Receipt, 'starRows'> {
  const startedAt = file.startedAt ?? file.landedAt;
  return {
    file: file.name,
    fileId: file.fileId,
    dataset: file.dataset,
    definitionVersion: file.definitionVersion ?? '',
    contentHash: file.contentHash ?? '',
    status,
    bytes: file.bytes,
    chunks: file.chunks,
    rows: noRows,
    parts: 0,
    lakeRows: 0,
    lakeBytes: 0,
    rejectsByCode: {},
    layout: file.layout,
    drift: file.layout?.drift ?? null,
    checks: [],
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
    seconds: Math.max(0, finishedAt.getTime() - startedAt.getTime()) / 1000,
    rowsPerSecond: 0,
  };
}

/** The receipt of a file that was not loaded because another one has the same content. `message` names that file. */
export function duplicateReceipt(
  file: LedgerFile,
  known: {
    contentHash: string;
    layout: FileLayout;
    definitionVersion: string;
    message: string;
    starRows: Receipt['starRows'];
    link?: FileLink;
  },
): Receipt {
  const { message, ...rest } = known;
  const checks = [{ name: 'same content', ok: true, detail: message }];
  const drift = known.layout.drift ?? null;
  return { ...emptyReceipt(file, 'duplicate', new Date()), ...rest, drift, chunks: 0, checks };
}

/** The receipt of a file that failed and was removed. `rows`: what was parsed and rejected before it failed. */
export function failedReceipt(
  file: LedgerFile,
  known: {
    error: NonNullable<Receipt['error']>;
    starRows: Receipt['starRows'];
    rows: Pick<RowCounts, 'parsed' | 'rejected'>;
    rejectsByCode: Receipt['rejectsByCode'];
    checks: Receipt['checks'];
    link?: FileLink;
  } & Pick<Receipt, 'parent' | 'children'>,
): Receipt {
  const rows = { ...noRows, ...known.rows };
  return { ...emptyReceipt(file, 'failed', new Date()), ...known, rows };
}

/** The receipt of a loaded file. */
export function doneReceipt(
  file: LedgerFile,
  known: Pick<
    Receipt,
    'rows' | 'parts' | 'lakeRows' | 'lakeBytes' | 'starRows' | 'rejectsByCode' | 'checks' | 'link' | 'members'
  >,
): Receipt {
  const receipt = { ...emptyReceipt(file, 'done', new Date()), ...known };
  const rowsPerSecond = receipt.seconds > 0 ? Math.round(known.rows.parsed / receipt.seconds) : 0;
  return { ...receipt, rowsPerSecond };
}
