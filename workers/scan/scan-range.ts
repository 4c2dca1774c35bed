/**
 * Looks through one range of a file before it is planned: the hashes of its blocks (its content's
 * identity) and what it does to the CSV state machine (where records begin), in one pass.
 */

import { createTranscoder, type Transcoder, unitBytes } from '../../kernel/dialect/encodings.ts';
import { createSurveyor } from '../../kernel/scan.ts';
import type { KernelDialect, RangeSurvey } from '../../kernel/types.ts';
import { BlockHasher } from '../../platform/storage/content-hash.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { isStream } from '../../platform/layout.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { openObject } from '../../platform/storage/index.ts';
import type { Storage, StreamSurvey, SurveyJob } from '../../platform/types.ts';
import type { SlotCounters } from '../slots.ts';
import { surveyStream } from './scan-stream.ts';

type Surveyor = Awaited<ReturnType<typeof createSurveyor>>;

export interface SurveyTools {
  readonly ledger: Ledger;
  readonly lake: Storage;
  readonly counters: SlotCounters;
  readonly signal: AbortSignal;
}

/** Does nothing for a file that is no longer being surveyed. Throws LF_FILE_CHANGED when its bytes did. */
export async function surveyRange(job: SurveyJob, tools: SurveyTools): Promise<void> {
  const { ledger, counters, signal } = tools;
  const file = await ledger.file(job.fileId);
  if (file === null || file.state !== 'surveying' || file.layout === null) return;
  if (isStream(file.layout)) {
    const { blockHashes, chunks } = await surveyStream(job, file, tools);
    counters.step = 'committing';
    return save(job, ledger, blockHashes, { chunks });
  }
  const hasher = new BlockHasher();
  const pieces = new PieceSurvey(job, file.layout);
  const { storage, key } = await openObject(file.url);
  const range = { start: job.byteStart, end: job.byteEnd, fingerprint: file.fingerprint, reuse: true };
  for await (const bytes of storage.read(key, range)) {
    signal.throwIfAborted();
    hasher.update(bytes);
    await pieces.update(bytes);
    counters.bytesRead += bytes.length;
  }
  if (counters.bytesRead !== counters.bytes) throw new LandfallError('LF_FILE_CHANGED', { file: file.name });
  counters.step = 'committing';
  await save(job, ledger, hasher.finish(), pieces.finish());
}

async function save(
  job: SurveyJob,
  ledger: Ledger,
  blockHashes: Buffer,
  result: readonly RangeSurvey[] | StreamSurvey,
): Promise<void> {
  crashPoint('survey.read');
  await ledger.saveSurvey(job, blockHashes, result);
  crashPoint('survey.saved');
}

/** The surveys of a range's pieces, cut at the file's multiples of pieceBytes. */
class PieceSurvey {
  private readonly dialect: KernelDialect;
  private readonly from: number;
  private readonly pieceBytes: number;
  private readonly surveys: RangeSurvey[] = [];
  /** Of the piece under way; it ends at `pieceEnd`. */
  private surveyor: Surveyor | null = null;
  private transcoder: Transcoder;
  private pieceEnd = 0;
  private position: number;

  constructor(job: SurveyJob, dialect: KernelDialect) {
    this.dialect = dialect;
    this.position = job.byteStart;
    this.from = job.surveyFrom ?? job.byteStart;
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
      if (this.surveyor === null) {
        this.surveyor = await createSurveyor(this.dialect, this.position);
        this.transcoder = createTranscoder(this.dialect.encoding ?? 'utf-8');
        this.pieceEnd = (Math.floor(this.position / this.pieceBytes) + 1) * this.pieceBytes;
      }
      const until = Math.min(end, this.pieceEnd);
      this.surveyor.update(this.transcoder.push(bytes.subarray(this.position - start, until - start)));
      this.position = until;
      if (until === this.pieceEnd) this.endPiece();
    }
  }

  finish(): readonly RangeSurvey[] {
    this.endPiece();
    return this.surveys;
  }

  private endPiece(): void {
    this.surveyor?.update(this.transcoder.end());
    if (this.surveyor !== null) this.surveys.push(this.surveyor.finish());
    this.surveyor = null;
  }
}
