/**
 * Scans one range of a file before the file is planned. One pass computes the hashes of its blocks (which identify
 * the content) and the effect on the CSV state machine (which gives the record borders).
 */

import { createTranscoder, type Transcoder, unitBytes } from '../../kernel/dialect/encodings.ts';
import { createScanner } from '../../kernel/scan.ts';
import type { KernelDialect, RangeScan } from '../../kernel/types.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { isStream } from '../../platform/layout.ts';
import type { ScanJob } from '../../platform/queue/contract.ts';
import { BlockHasher } from '../../platform/storage/content-hash.ts';
import type { Storage } from '../../platform/storage/contract.ts';
import { fileChanged } from '../../platform/storage/file-changed.ts';
import { openObject } from '../../platform/storage/index.ts';
import type { StreamScan } from '../../platform/stream-scan.ts';
import type { SlotCounters } from '../slots.ts';
import { scanStream } from './scan-stream.ts';

type Scanner = Awaited<ReturnType<typeof createScanner>>;

export interface ScanTools {
  readonly ledger: Ledger;
  readonly lake: Storage;
  readonly counters: SlotCounters;
  readonly signal: AbortSignal;
  /** What a compressed file may unpack to. Default: 100 GiB. */
  readonly unpackedBytesMost?: number;
}

/** Does nothing for a file that is no longer being scanned. Throws LF_FILE_CHANGED if its bytes have changed. */
export async function scanRange(job: ScanJob, tools: ScanTools): Promise<void> {
  const { ledger, counters, signal } = tools;
  const file = await ledger.file(job.fileId);
  if (file === null || file.state !== 'scanning' || file.layout === null) return;
  if (isStream(file.layout)) {
    const { blockHashes, chunks } = await scanStream(job, file, tools);
    counters.step = 'committing';
    return save(job, ledger, blockHashes, { chunks });
  }
  const hasher = new BlockHasher();
  const pieces = new PieceScan(job, file.layout);
  const { storage, key } = await openObject(file.url);
  const range = { start: job.byteStart, end: job.byteEnd, fingerprint: file.fingerprint, reuse: true };
  for await (const bytes of storage.read(key, range)) {
    signal.throwIfAborted();
    hasher.update(bytes);
    await pieces.update(bytes);
    counters.bytesRead += bytes.length;
  }
  if (counters.bytesRead !== counters.bytes) throw fileChanged(file.name);
  counters.step = 'committing';
  await save(job, ledger, hasher.finish(), pieces.finish());
}

async function save(
  job: ScanJob,
  ledger: Ledger,
  blockHashes: Buffer,
  result: readonly RangeScan[] | StreamScan,
): Promise<void> {
  crashPoint('scan.read');
  await ledger.saveScan(job, blockHashes, result);
  crashPoint('scan.saved');
}

/** Scans a range in pieces, which are cut at multiples of pieceBytes in the file. */
class PieceScan {
  private readonly dialect: KernelDialect;
  private readonly from: number;
  private readonly pieceBytes: number;
  private readonly scans: RangeScan[] = [];
  /** The scanner of the current piece, which ends at `pieceEnd`. */
  private scanner: Scanner | null = null;
  private transcoder: Transcoder;
  private pieceEnd = 0;
  private position: number;

  constructor(job: ScanJob, dialect: KernelDialect) {
    this.dialect = dialect;
    this.position = job.byteStart;
    this.from = job.scanFrom ?? job.byteStart;
    // Each piece begins at a whole unit of the encoding.
    const unit = unitBytes(dialect.encoding ?? 'utf-8') ?? 1;
    this.pieceBytes = Math.ceil((job.pieceBytes ?? Number.MAX_SAFE_INTEGER - 1) / unit) * unit;
    this.transcoder = createTranscoder(dialect.encoding ?? 'utf-8');
  }

  async update(bytes: Uint8Array): Promise<void> {
    const end = this.position + bytes.length;
    const start = this.position;
    this.position = Math.min(end, Math.max(start, this.from));
    while (this.position < end) {
      if (this.scanner === null) {
        this.scanner = await createScanner(this.dialect, this.position);
        this.transcoder = createTranscoder(this.dialect.encoding ?? 'utf-8');
        this.pieceEnd = (Math.floor(this.position / this.pieceBytes) + 1) * this.pieceBytes;
      }
      const until = Math.min(end, this.pieceEnd);
      this.scanner.update(this.transcoder.push(bytes.subarray(this.position - start, until - start)));
      this.position = until;
      if (until === this.pieceEnd) this.endPiece();
    }
  }

  finish(): readonly RangeScan[] {
    this.endPiece();
    return this.scans;
  }

  private endPiece(): void {
    this.scanner?.update(this.transcoder.end());
    if (this.scanner !== null) this.scans.push(this.scanner.finish());
    this.scanner = null;
  }
}
