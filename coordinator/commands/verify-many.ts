/**
 * Verifies all files that are done, some of a sample, or those of a dataset, in the order of their numbers. After each
 * batch the ledger notes how far the run has come, so that one that was interrupted resumes there.
 */
import {
  beginVerification,
  endVerification,
  filesToVerify,
  noteVerified,
  type Verification,
  type VerificationProgress,
  type VerificationScope,
} from '../../ledger/tables/verification.ts';
import { isBroken, type Verified, type VerifyTools, verifyFiles } from './verify.ts';

/** A batch of more than one file has at most so many chunks: their numbers are sent to the server. */
const chunksMost = 10_000;

export interface VerifyManyOptions {
  /** Decides which files are in the sample. */
  readonly seed: number;
  /** Begins with the first file, although a run was interrupted. */
  readonly again: boolean;
  /** The most files of a batch. Default: 1,000. */
  readonly filesMost?: number;
  /** Told of the run that is resumed. */
  readonly onResumed: (run: Verification) => void;
  /** Told of each file. */
  readonly onVerified: (verified: Verified) => void;
}

/**
 * Returns how many files the run has verified, those before it was interrupted included, and which of them differ.
 * Those that differed before are verified again.
 */
export async function verifyMany(
  tools: VerifyTools,
  scope: VerificationScope,
  { filesMost = 1_000, onResumed, onVerified, ...options }: VerifyManyOptions,
): Promise<VerificationProgress> {
  const { pool } = tools;
  const run = await beginVerification(pool, scope, options);
  if (run.position > 0) onResumed(run);
  let { position, files } = run;
  const broken: number[] = [];
  const verify = async (fileIds: readonly number[]) => {
    const verified = await verifyFiles(tools, fileIds);
    for (const one of verified) {
      onVerified(one);
      if (isBroken(one)) broken.push(one.fileId);
    }
    return verified.length;
  };
  if (run.broken.length > 0) await verify(run.broken);
  for (;;) {
    const next = await filesToVerify(pool, scope, { seed: run.seed, position }, filesMost);
    if (next.length === 0) break;
    const batch = next.slice(0, batchSize(next.map(({ chunks }) => chunks)));
    files += await verify(batch.map(({ fileId }) => fileId));
    position = batch[batch.length - 1].fileId;
    await noteVerified(pool, scope, { position, files, broken });
  }
  await endVerification(pool, scope);
  return { position, files, broken };
}

/** How many of the next files make a batch: at least one. */
function batchSize(chunks: readonly number[]): number {
  let sum = 0;
  const size = chunks.findIndex((count) => (sum += count) > chunksMost);
  return size === -1 ? chunks.length : Math.max(1, size);
}
