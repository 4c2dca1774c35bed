/**
 * Ends a file whose chunks have ended: reconciles its accounts and writes its receipt, or fails it and
 * leaves nothing behind. Every step can be repeated, so a crash anywhere only means: once more.
 */

import { definitionOf, type StoredDefinition } from '../../ledger/definition.ts';
import type { LedgerChunk, LedgerFile } from '../../ledger/ledger.ts';
import { afterEvent, stateOf } from '../../ledger/states.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { describeError, type ErrorCode, LandfallError } from '../../platform/errors/errors.ts';
import { plural } from '../../platform/plural.ts';
import { openObjects } from '../../platform/storage/index.ts';
import { type Context, linkOf } from '../context.ts';
import type { Ended } from '../stages.ts';
import { archiveFile } from './archive.ts';
import { endDone } from './end-done.ts';
import { doneReceipt } from './receipt.ts';
import { accountOf, type Check, countSinks } from './reconcile.ts';
import { failFile } from './unload.ts';

/**
 * `allEnded`: no chunk job of the file is left. Otherwise one has failed for good, and the file fails
 * without waiting for the others. Null: there was nothing to end.
 */
export async function finaliseFile(
  context: Context,
  fileId: number,
  allEnded: boolean,
): Promise<Ended | null> {
  const { ledger } = context;
  const file = await ledger.file(fileId);
  if (file === null) return null;
  // Whoever put the reason on record did not come to unload it.
  if (stateOf(file) === 'failing') return fail(context, file, file.error);
  if (afterEvent(file, 'finalise') === null) return null;
  const chunks = await ledger.chunks(fileId);
  const lost = chunks.find((chunk) => chunk.state === 'failed' || (allEnded && chunk.state === 'planned'));
  if (lost !== undefined) return fail(context, file, chunkError(file, lost));
  if (chunks.some((chunk) => chunk.state === 'planned')) return null;

  if (!(await ledger.moveFile(fileId, 'finalise'))) return null;
  crashPoint('finalise.begun');
  const definition = await definitionOf(context.pool, context.registry, file);
  const account = await takeAccount(context, definition, file, chunks);
  crashPoint('finalise.accounted');
  const broken = account.checks.find((check) => !check.ok);
  if (broken !== undefined) return fail(context, file, reconcileError(file, broken, account), account.checks);
  const overLimit = rejectLimitError(definition, file, account.counts.rows);
  if (overLimit !== null) return fail(context, file, overLimit, account.checks);
  const link = await linkOf(ledger, file);
  const receipt = doneReceipt(file, { ...account.counts, checks: account.checks, ...(link && { link }) });
  const broke = await endDone(context, definition, file, receipt);
  if (broke === 'ended') return null;
  if (broke !== null) {
    const found = broke.find((check) => !check.ok)!;
    const values = { check: found.name, row: found.detail, file: file.name };
    return fail(context, file, new LandfallError('LF_CHECK', values), [...account.checks, ...broke]);
  }
  return { file, state: 'done', moved: await archiveFile(context, file) };
}

async function fail(
  context: Context,
  file: LedgerFile,
  error: unknown,
  checks: readonly Check[] = [],
): Promise<Ended | null> {
  const moved = await failFile(context, file, describeOf(error), checks);
  return moved === null ? null : { file, state: 'failed', moved };
}

function describeOf(error: unknown): { code: string; message: string; fix: string } {
  const known = error as { code?: string; message: string; fix?: string };
  if (known.code !== undefined && known.fix !== undefined) {
    return { code: known.code, message: known.message, fix: known.fix };
  }
  return describeError(error);
}

/** Why the chunk failed, in its worker's words where it left some. */
function chunkError(file: LedgerFile, chunk: LedgerChunk): unknown {
  return chunk.error ?? new LandfallError('LF_CHUNK_LOST', { file: file.name, chunk: chunk.number });
}

async function takeAccount(
  context: Context,
  definition: StoredDefinition,
  file: LedgerFile,
  chunks: readonly LedgerChunk[],
) {
  const { ledger } = context;
  const [{ parts, sinks }, rejectsByCode, fingerprint] = await Promise.all([
    ledger.parts(file.fileId).then(async (parts) => {
      const [sinks] = await countSinks(context.sinks, definition, [{ chunks, parts }], { recount: false });
      return { parts, sinks };
    }),
    ledger.rejectCounts(file.fileId),
    fingerprintNow(file),
  ]);
  return { fingerprint, ...accountOf({ file, chunks, parts, rejectsByCode, fingerprint, sinks }) };
}

/** Null where the file is gone. */
async function fingerprintNow(file: LedgerFile): Promise<string | null> {
  return (await fingerprintsNow([file]))[0];
}

/** The same of many, in their order. */
export async function fingerprintsNow(files: readonly LedgerFile[]): Promise<(string | null)[]> {
  const found: (string | null)[] = files.map(() => null);
  for (const { storage, keys, at } of await openObjects(files.map(({ url }) => url))) {
    const stored = await storage.stats(keys);
    for (const [i, place] of at.entries()) found[place] = stored[i]?.fingerprint ?? null;
  }
  return found;
}

/** A file that changed or went is said to have done that; any other difference is ours. */
function reconcileError(
  file: LedgerFile,
  broken: Check,
  account: { fingerprint: string | null; checks: readonly Check[] },
): LandfallError {
  if (account.fingerprint === null) return new LandfallError('LF_FILE_MISSING', { file: file.name });
  const code: ErrorCode = account.fingerprint === file.fingerprint ? 'LF_RECONCILE' : 'LF_FILE_CHANGED';
  const differences = `${broken.name}: ${broken.detail}`;
  return new LandfallError(code, { file: file.name, differences });
}

/**
 * Null within the limit. Past either, count or share, the file fails. What was rejected before is bound to
 * hold many rejects: corrected rows and replays have no limit.
 */
export function rejectLimitError(
  { rejectLimit }: StoredDefinition,
  file: LedgerFile,
  rows: { parsed: number; rejected: number },
): LandfallError | null {
  const { count, share } = rejectLimit;
  const { parsed, rejected } = rows;
  if (file.link === 'corrects' || file.link === 'replays') return null;
  if (rejected <= count && rejected <= share * parsed) return null;
  const limit = rejected > count ? plural(count, 'row') : `${share * 100} % of the rows`;
  return new LandfallError('LF_REJECT_LIMIT', { file: file.name, parsed, rejected, limit });
}
