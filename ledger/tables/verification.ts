/** Verifications that are under way. They are noted so that one that was interrupted resumes where it was. */
import { toJson } from '../json.ts';
import type { LedgerFile } from '../rows.ts';
import { type Client, run } from '../statements/run.ts';
import { runFiles } from '../statements/stored-files.ts';

/** Which files are verified. */
export interface VerificationScope {
  /** Null: those of all datasets. */
  readonly dataset: string | null;
  /** How many of 10,000 files are in the sample: at least 1, and 10,000 for all. */
  readonly share: number;
}

/** How far a verification has come. */
export interface VerificationProgress {
  /** Files up to this number are verified. */
  readonly position: number;
  /** How many were verified. */
  readonly files: number;
  /** The numbers of those that differ. */
  readonly broken: readonly number[];
}

export interface Verification extends VerificationProgress {
  /** Decides which files are in the sample. */
  readonly seed: number;
  readonly startedAt: Date;
}

/** Begins a verification, or returns one of the same scope that was interrupted, unless `again`. */
export async function beginVerification(
  client: Client,
  scope: VerificationScope,
  { seed, again }: { readonly seed: number; readonly again: boolean },
): Promise<Verification> {
  const [row] = await run(client, 'verification/begin-verification', [nameOf(scope), seed, again]);
  const { started_at: startedAt, ...rest } = row;
  return { ...rest, startedAt };
}

export async function noteVerified(
  client: Client,
  scope: VerificationScope,
  { position, files, broken }: VerificationProgress,
): Promise<void> {
  await run(client, 'verification/note-verified', [nameOf(scope), position, files, broken]);
}

export async function endVerification(client: Client, scope: VerificationScope): Promise<void> {
  await run(client, 'verification/end-verification', [nameOf(scope)]);
}

/** The next files to verify, by number. */
export async function filesToVerify(
  client: Client,
  { dataset, share }: VerificationScope,
  { seed, position }: Pick<Verification, 'seed' | 'position'>,
  most: number,
): Promise<LedgerFile[]> {
  return runFiles(client, 'verification/files-to-verify', [position, dataset, seed, share, most]);
}

function nameOf({ dataset, share }: VerificationScope): string {
  return toJson({ dataset, share }) as string;
}
