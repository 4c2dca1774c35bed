/**
 * Finalises files whose chunks have ended. Every step may be repeated, so after a crash the work is simply done
 * again.
 *
 *   loaded ─▶ accounted for ─▶ done, in one transaction ─▶ archived
 *      │            │            │
 *      │            │            └─ a data check does not hold
 *      │            └─ accounts differ, or too many rejects
 *      └─ a chunk failed ─────────────────────────────────────────▶ failed, and nothing of it is left
 *
 * Small files of one chunk take the same steps together, with one statement for all of them. Files of a group that
 * are not certain to end as done are left out, and finalised one by one.
 */
import { definitionOf } from '../../ledger/definition.ts';
import type { LedgerChunk, LedgerFile } from '../../ledger/ledger.ts';
import { toChunkJobs } from '../../ledger/rows.ts';
import { afterEvent, stateOf } from '../../ledger/states.ts';
import { lostMost } from '../../ledger/tables/chunks.ts';
import { type FileChunks, filesAndChunks } from '../../ledger/tables/groups.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { describeError, LandfallError } from '../../platform/errors/errors.ts';
import { isFinished } from '../../platform/progress/progress.ts';
import type { Context } from '../context.ts';
import type { Accounted, Ended } from '../stages.ts';
import { accountFor } from './accounts.ts';
import { archiveFile, archiveFiles } from './archive.ts';
import { isBlocking } from './data-checks.ts';
import { endAllDone, endDone } from './end-done.ts';
import type { Check } from './reconcile.ts';
import { relativesOf } from './together.ts';
import { failFile } from './unload.ts';

/**
 * Finalises one file with its children: all of them are done, or all fail. Returns null if there was nothing to
 * finalise. `allEnded`: no chunk job of the file or its children is left. Otherwise one has failed for good, and the
 * file fails without waiting for the others.
 */
export async function finaliseFile(
  context: Context,
  fileId: number,
  allEnded: boolean,
): Promise<Ended | null> {
  const { pool, ledger } = context;
  const files = await ledger.withChildren(fileId);
  if (files.length === 0) return null;
  const [file] = files;
  const fail = (failed: LedgerFile, error: unknown, checks: readonly Check[] = []) =>
    failBoth(context, { file, failed }, error, checks);
  // A process recorded the reason and died before it had unloaded the file.
  if (stateOf(file) === 'failing') return fail(file, file.error);
  if (files.some((one) => afterEvent(one, 'finalise') === null)) return null;
  const loaded = await filesAndChunks(
    pool,
    files.map((one) => one.fileId),
  );
  for (const { file: one, chunks } of loaded) {
    const failed = chunks.find(({ state }) => state === 'failed');
    if (failed !== undefined) return fail(one, failed.error ?? lostError(one, failed));
    const killing = chunks.find(({ state, lost }) => state === 'planned' && lost >= lostMost);
    if (allEnded && killing !== undefined) return fail(one, lostError(one, killing));
  }
  const planned = loaded.map(({ file: one, chunks }) => ({ file: one, chunks: chunks.filter(isPlanned) }));
  if (planned.some(({ chunks }) => chunks.length > 0)) {
    if (allEnded) await queueAgain(context, file, planned);
    return null;
  }

  for (const one of files) if (!(await ledger.moveFile(one.fileId, 'finalise'))) return null;
  crashPoint('finalise.begun');
  const accounted = await accountForAll(context, loaded);
  crashPoint('finalise.accounted');
  for (const { file: one, fault, receipt } of accounted)
    if (fault !== null) return fail(one, fault, receipt.checks);
  const broken = await endDone(context, accounted);
  if (broken === 'ended') return null;
  if (broken === null) return { file, state: 'done', moved: await archiveFile(context, file) };
  const { accounted: one, checks, error = checkError(one.file, checks) } = broken;
  return fail(one.file, error, [...one.receipt.checks, ...checks]);
}

/** Accounts for a file and its children, each with its own definition. The receipt of each names the others. */
async function accountForAll(context: Context, loaded: readonly FileChunks[]): Promise<Accounted[]> {
  const { pool, registry } = context;
  const files = loaded.map(({ file }) => file);
  const all: Accounted[] = [];
  for (const one of loaded) {
    const definition = await definitionOf(pool, registry, one.file);
    const [accounted] = await accountFor(context, [{ ...one, definition }]);
    all.push({ ...accounted, receipt: { ...accounted.receipt, ...relativesOf(one.file, files) } });
  }
  return all;
}

/** Fails a file with its children, because it has failed itself or one of them has. */
async function failBoth(
  context: Context,
  { file, failed }: { readonly file: LedgerFile; readonly failed: LedgerFile },
  error: unknown,
  checks: readonly Check[],
): Promise<Ended | null> {
  const moved = await failFile(context, file, describeOf(error), checks, failed.fileId);
  return moved === null ? null : { file, state: 'failed', moved };
}

function describeOf(error: unknown): { code: string; message: string; fix: string } {
  const known = error as { code?: string; message: string; fix?: string };
  if (known.code !== undefined && known.fix !== undefined) {
    return { code: known.code, message: known.message, fix: known.fix };
  }
  return describeError(error);
}

function lostError(file: LedgerFile, { number, lost }: LedgerChunk): LandfallError {
  return new LandfallError('LF_CHUNK_LOST', { file: file.name, chunk: number, deaths: lost });
}

const isPlanned = ({ state }: LedgerChunk) => state === 'planned';

/**
 * Queues chunks of a file and its children again whose jobs have left the queue though the ledger waits for them: the
 * queue has lost them, a coordinator that was cut off has removed them, or no worker could write down how they ended.
 */
async function queueAgain(
  context: Context,
  { fileId, name }: LedgerFile,
  planned: readonly Pick<FileChunks, 'file' | 'chunks'>[],
): Promise<void> {
  const jobs = planned.flatMap(({ file, chunks }) => toChunkJobs(file, chunks));
  context.log.warn({ file: name, chunks: jobs.length }, 'jobs of chunks are gone; queued again');
  // The job that ends the file is at work, and so is its name.
  const claims = planned.flatMap(({ chunks }) => chunks.map((one) => `${one.chunkId}.${one.fencingToken}`));
  await context.queues.submitChunks(fileId, jobs, claims.join());
}

function checkError({ name }: LedgerFile, checks: readonly Check[]): LandfallError {
  const broken = checks.find(isBlocking)!;
  return new LandfallError('LF_CHECK', { check: broken.name, row: broken.detail, file: name });
}

export interface GroupEnded {
  readonly done: readonly Ended[];
  /** Files to be finalised one by one. */
  readonly left: readonly LedgerFile[];
}

/**
 * Finalises small files of one dataset whose group job has ended. Chunks that the job did not load are queued again,
 * one by one, so that only the chunk that causes a failure fails.
 */
export async function finaliseGroup(context: Context, fileIds: readonly number[]): Promise<GroupEnded> {
  const all = await filesAndChunks(context.pool, fileIds);
  const loading = all.filter(({ file }) => file.state === 'loading');
  const lost = loading.filter(({ chunks }) => chunks.some(({ state }) => state === 'planned'));
  for (const one of lost) await queueAgain(context, one.file, [one]);
  const accounted = await accountForPlain(context, loading.filter(isPlain));
  const ids = await endAllDone(context, accounted);
  const ended = accounted.map(({ file }) => file).filter(({ fileId }) => ids.has(fileId));
  const moved = await archiveFiles(context, ended);
  const over = new Set([...lost.map(({ file }) => file), ...ended]);
  // An earlier attempt has ended the others, and its result was lost. Each is put away like a file whose end was
  // missed.
  const others = all.filter(({ file }) => isFinished(file.state));
  return {
    done: ended.map((file, i) => ({ file, state: 'done', moved: moved[i] })),
    left: [...loading, ...others].map(({ file }) => file).filter((file) => !over.has(file)),
  };
}

/** True for a file that can be accounted for without any decision. */
function isPlain({ file, chunks }: FileChunks): boolean {
  const [chunk] = chunks;
  const ofOneChunk = file.chunks === 1 && chunks.length === 1 && chunk.state === 'committed';
  return ofOneChunk && file.link === null && file.error === null;
}

/**
 * The files without faults, and the definition of the first. A file that was planned again may have another
 * definition.
 */
async function accountForPlain(context: Context, plain: readonly FileChunks[]): Promise<Accounted[]> {
  if (plain.length === 0) return [];
  const [{ file: first }] = plain;
  const definition = await definitionOf(context.pool, context.registry, first);
  const alike = plain.filter(({ file }) => file.definitionVersion === first.definitionVersion);
  const accounted = await accountFor(
    context,
    alike.map((one) => ({ ...one, definition })),
  );
  return accounted.filter(({ fault }) => fault === null);
}
