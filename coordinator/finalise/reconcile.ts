/**
 * Whether the accounts of a loaded file agree: file, chunks, ledger, lake and star, each counted where it
 * is. Pure: finalise.ts finds out, this compares.
 */
import type { LedgerChunk, LedgerFile, LedgerPart } from '../../ledger/ledger.ts';
import { plural } from '../../platform/plural.ts';
import type { RowCounts } from '../../platform/progress/progress.ts';
import type { Receipt } from '../../platform/types.ts';
import type { LakeAudit } from '../../sinks/lake/audit-lake.ts';

export type Check = Receipt['checks'][number];

export interface Accounts {
  readonly file: Pick<LedgerFile, 'bytes' | 'chunks' | 'fingerprint'>;
  readonly chunks: readonly LedgerChunk[];
  /** The manifest. */
  readonly parts: readonly LedgerPart[];
  readonly rejectsByCode: Readonly<Record<string, number>>;
  /** Fingerprint of the file now; null where it is gone. */
  readonly fingerprint: string | null;
  readonly starRows: number;
  readonly lake: LakeAudit;
}

/** Rows of all chunks together. */
export function sumRows(chunks: readonly LedgerChunk[]): RowCounts {
  const sum = { parsed: 0, loaded: 0, rejected: 0, deduplicated: 0 };
  for (const { rows } of chunks) {
    sum.parsed += rows.parsed;
    sum.loaded += rows.loaded;
    sum.rejected += rows.rejected;
    sum.deduplicated += rows.deduplicated;
  }
  return sum;
}

/** What the receipt says of a file's rows, wherever they are, and whether all say the same. */
export function accountOf(accounts: Omit<Accounts, 'starRows'>) {
  const { chunks, parts, lake, rejectsByCode } = accounts;
  const starRows = chunks.reduce((sum, chunk) => sum + (chunk.accounts.star?.rows ?? 0), 0);
  const lakeCounts = { parts: parts.length, lakeRows: lake.rows, lakeBytes: lake.bytes };
  return {
    checks: reconcile({ ...accounts, starRows }),
    counts: { rows: sumRows(chunks), ...lakeCounts, starRows, rejectsByCode },
  };
}

/** Every check with its outcome, in the order in which a reader would ask. */
export function reconcile(accounts: Accounts): Check[] {
  const { file, chunks, parts, rejectsByCode, fingerprint, starRows, lake } = accounts;
  const rows = sumRows(chunks);
  const manifestRows = parts.reduce((sum, part) => sum + part.rows, 0);
  const rejects = Object.values(rejectsByCode).reduce((sum, count) => sum + count, 0);
  return [
    check('file unchanged', fingerprint === file.fingerprint, fileDetail(fingerprint)),
    covers(file, chunks),
    committed(chunks),
    addsUp(chunks, rows),
    equal('rejects on record', { ledger: rows.rejected, rejects }),
    check(
      'parts are there',
      lake.faults.length === 0,
      lake.faults.slice(0, 3).join('; ') || plural(parts.length, 'part'),
    ),
    equal('rows in the lake', { ledger: rows.loaded, manifest: manifestRows, parts: lake.rows }),
    equal('rows in the star', { ledger: rows.loaded, star: starRows }),
  ];
}

function check(name: string, ok: boolean, detail: string): Check {
  return { name, ok, detail };
}

/** All the counts are the same. */
function equal(name: string, counts: Readonly<Record<string, number>>): Check {
  const values = Object.values(counts);
  const detail = Object.entries(counts).map(([where, count]) => `${where} ${count}`);
  return check(
    name,
    values.every((value) => value === values[0]),
    detail.join(' = '),
  );
}

function fileDetail(fingerprint: string | null): string {
  return fingerprint === null ? 'it is gone' : `fingerprint ${fingerprint}`;
}

function covers(file: Accounts['file'], chunks: readonly LedgerChunk[]): Check {
  let end = 0;
  for (const chunk of chunks) {
    // A chunk of a compressed file may be less than a byte of it.
    if (chunk.byteStart !== end || chunk.byteEnd < chunk.byteStart) break;
    end = chunk.byteEnd;
  }
  const whole = end === file.bytes && chunks.length === file.chunks;
  return check(
    'chunks cover the file',
    whole,
    `${chunks.length} of ${plural(file.chunks, 'chunk')}, to byte ${end} of ${file.bytes}`,
  );
}

function committed(chunks: readonly LedgerChunk[]): Check {
  const open = chunks.filter((chunk) => chunk.state !== 'committed').map((chunk) => chunk.number);
  return check(
    'chunks are committed',
    open.length === 0,
    open.length === 0 ? 'all' : `not ${open.join(', ')}`,
  );
}

function addsUp(chunks: readonly LedgerChunk[], rows: RowCounts): Check {
  const wrong = chunks.filter((chunk) => !balances(chunk.rows)).map((chunk) => chunk.number);
  const sum = `${rows.parsed} parsed = ${rows.loaded} loaded + ${rows.rejected} rejected + ${rows.deduplicated} deduplicated`;
  const detail = wrong.length === 0 ? sum : `${sum}; wrong in chunk ${wrong.slice(0, 5).join(', ')}`;
  return check('rows add up', wrong.length === 0, detail);
}

function balances(rows: RowCounts): boolean {
  return rows.parsed === rows.loaded + rows.rejected + rows.deduplicated;
}
