/**
 * Compares the accounts of a loaded file: those of the file, its chunks, the ledger and every sink that it was
 * loaded into. All functions are pure except countSinks, which queries the sinks.
 */
import type { StoredDefinition } from '../../ledger/definition.ts';
import type { LedgerChunk, LedgerFile, LedgerPart } from '../../ledger/ledger.ts';
import type { DifferingMembers, Receipt } from '../../platform/file-receipt.ts';
import { plural } from '../../platform/plural.ts';
import type { RowCounts } from '../../platform/progress/progress.ts';
import { sinksOf } from '../../sinks/all-sinks.ts';
import type { Sink, SinkCount } from '../../sinks/contract.ts';

export type Check = Receipt['checks'][number];

export interface Accounts {
  readonly file: Pick<LedgerFile, 'bytes' | 'chunks' | 'fingerprint'>;
  readonly chunks: readonly LedgerChunk[];
  /** As listed in the manifest. */
  readonly parts: readonly LedgerPart[];
  readonly rejectsByCode: Readonly<Record<string, number>>;
  /** Fingerprint of the file now; null if it no longer exists. */
  readonly fingerprint: string | null;
  /** What each sink that the file was loaded into counts for it. */
  readonly sinks: SinkCounts;
}

/** Counts by name of sink, in the order in which a chunk is written to the sinks. */
export type SinkCounts = Readonly<Record<string, SinkCount>>;

/** Asks every sink of a definition for its counts of each file. */
export async function countSinks(
  sinks: readonly Sink[],
  definition: StoredDefinition,
  files: readonly Pick<Accounts, 'chunks' | 'parts'>[],
  options: { readonly recount: boolean },
): Promise<SinkCounts[]> {
  const asked = sinksOf(sinks, definition);
  const toCount = files.map(({ chunks, parts }) => ({ definition, chunks, parts }));
  const counted = await Promise.all(asked.map((sink) => sink.count(toCount, options)));
  return files.map((_, f) => Object.fromEntries(asked.map(({ name }, s) => [name, counted[s][f]])));
}

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

/** Members that keep other attributes than rows of the chunks have. Undefined if there are none. */
export function differingMembers(chunks: readonly LedgerChunk[]): DifferingMembers | undefined {
  const found = chunks.flatMap(({ accounts }) => accounts.star?.members ?? []);
  if (found.length === 0) return undefined;
  const sample = found.flatMap((one) => one.sample).slice(0, 3);
  return { differing: found.reduce((sum, one) => sum + one.differing, 0), sample };
}

/** The row counts for a file's receipt, and the checks that compare them. */
export function accountOf(accounts: Accounts) {
  const { chunks, parts, sinks, rejectsByCode } = accounts;
  const { lake, star } = sinks;
  const lakeCounts = { parts: parts.length, lakeRows: lake.rows, lakeBytes: lake.bytes };
  return {
    checks: reconcile(accounts),
    counts: { rows: sumRows(chunks), ...lakeCounts, starRows: star?.rows ?? null, rejectsByCode },
  };
}

/** Every check with its outcome, in the order in which the receipt shows them. */
export function reconcile(accounts: Accounts): Check[] {
  const { file, chunks, parts, rejectsByCode, fingerprint, sinks } = accounts;
  const rows = sumRows(chunks);
  const rejects = Object.values(rejectsByCode).reduce((sum, count) => sum + count, 0);
  return [
    check('file unchanged', fingerprint === file.fingerprint, fileDetail(fingerprint)),
    covers(file, chunks),
    committed(chunks),
    addsUp(chunks, rows),
    equal('rejects on record', { ledger: rows.rejected, rejects }),
    ...Object.entries(sinks).flatMap(([sink, count]) => sinkChecks(sink, count, rows.loaded, parts.length)),
  ];
}

/** `parts`: the number of parts in the manifest. */
function sinkChecks(sink: string, found: SinkCount, loaded: number, parts: number): Check[] {
  const { counts, faults, wrongChunks = [] } = found;
  const sums = equal(`rows in the ${sink}`, { ledger: loaded, ...counts });
  const rows =
    wrongChunks.length === 0
      ? sums
      : check(sums.name, false, `${sums.detail}; wrong in chunk ${wrongChunks.slice(0, 5).join(', ')}`);
  if (faults === undefined) return [rows];
  const named = faults.slice(0, 3).join('; ') || plural(parts, 'part');
  return [check('parts are there', faults.length === 0, named), rows];
}

function check(name: string, ok: boolean, detail: string): Check {
  return { name, ok, detail };
}

/** Checks that all counts are equal. */
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
  return fingerprint === null ? 'it no longer exists' : `fingerprint ${fingerprint}`;
}

function covers(file: Accounts['file'], chunks: readonly LedgerChunk[]): Check {
  let end = 0;
  for (const chunk of chunks) {
    // A chunk of a compressed file may correspond to less than one byte of it.
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
