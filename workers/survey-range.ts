/**
 * Looks through one range of a file before it is planned: the hashes of its blocks (its content's
 * identity) and what it does to the CSV state machine (where records begin), in one pass.
 */
import { createHash } from 'node:crypto';
import { createSurveyor } from '../kernel/survey.ts';
import type { KernelDialect } from '../kernel/types.ts';
import type { Ledger } from '../platform/ledger/ledger.ts';
import { openObject } from '../platform/storage/index.ts';
import type { SurveyJob } from '../platform/types.ts';
import type { SlotCounters } from './slots.ts';

/** Bytes of a hashed block; ranges begin on a multiple of it. */
const BLOCK_BYTES = 4 * 1024 * 1024;

export interface SurveyTools {
  readonly ledger: Ledger;
  readonly counters: SlotCounters;
  readonly signal: AbortSignal;
}

/** Does nothing for a file that is no longer being surveyed. Throws LF_FILE_CHANGED when its bytes did. */
export async function surveyRange(job: SurveyJob, tools: SurveyTools): Promise<void> {
  const file = await tools.ledger.file(job.fileId);
  if (file === null || file.state !== 'surveying' || file.layout === null) return;
  const dialect: KernelDialect = file.layout;
  const surveyor = await createSurveyor(dialect, job.byteStart);
  const hasher = new BlockHasher();
  const { storage, key } = await openObject(file.url);
  const range = { start: job.byteStart, end: job.byteEnd, fingerprint: file.fingerprint };
  for await (const bytes of storage.read(key, range)) {
    tools.signal.throwIfAborted();
    hasher.update(bytes);
    surveyor.update(bytes);
    tools.counters.bytesRead += bytes.length;
  }
  tools.counters.step = 'committing';
  await tools.ledger.saveSurvey(job, hasher.finish(), surveyor.finish());
}

/** SHA-256 of each block of a range, 32 bytes each, one after another. */
class BlockHasher {
  private readonly hashes: Buffer[] = [];
  private hash = createHash('sha256');
  private room = BLOCK_BYTES;

  update(bytes: Uint8Array): void {
    let from = 0;
    while (from < bytes.length) {
      const count = Math.min(bytes.length - from, this.room);
      this.hash.update(bytes.subarray(from, from + count));
      this.room -= count;
      from += count;
      if (this.room === 0) this.endBlock();
    }
  }

  finish(): Buffer {
    if (this.room < BLOCK_BYTES) this.endBlock();
    return Buffer.concat(this.hashes);
  }

  private endBlock(): void {
    this.hashes.push(this.hash.digest());
    this.hash = createHash('sha256');
    this.room = BLOCK_BYTES;
  }
}
