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
import { toChunkJob } from '../../ledger/rows.ts';
import { afterEvent, stateOf } from '../../ledger/states.ts';
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
import { failFile } from './unload.ts';

/**
 * Finalises one file. Returns null if there was nothing to finalise. `allEnded`: no chunk job of the file is left.
 * Otherwise one has failed for good, and the file fails without waiting for the others.
 */
export async function finaliseFile(
  context: Context,
  fileId: number,
  allEnded: boolean,
): Promise<Ended | null> {
  const { pool, registry, ledger } = context;
  const [loaded] = await filesAndChunks(pool, [fileId]);
  if (loaded === undefined) return null;
  const { file, chunks } = loaded;
  // A process recorded the reason and died before it had unloaded the file.
  if (stateOf(file) === 'failing') return fail(context, file, file.error);
  if (afterEvent(file, 'finalise') === null) return null;
  const lost = chunks.find(({ state }) => state === 'failed' || (allEnded && state === 'planned'));
  if (lost !== undefined) return fail(context, file, chunkError(file, lost));
  if (chunks.some(({ state }) => state === 'planned')) return null;

  if (!(await ledger.moveFile(fileId, 'finalise'))) return null;
  crashPoint('finalise.begun');
  const definition = await definitionOf(pool, registry, file);
  const [accounted] = await accountFor(context, [{ file, chunks, definition }]);
  crashPoint('finalise.accounted');
  const { fault, receipt } = accounted;
  if (fault !== null) return fail(context, file, fault, receipt.checks);
  const broken = await endDone(context, accounted);
  if (broken === 'ended') return null;
  if (broken !== null) return fail(context, file, checkError(file, broken), [...receipt.checks, ...broken]);
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

/** Why the chunk failed, in its worker's words if it recorded any. */
function chunkError(file: LedgerFile, chunk: LedgerChunk): unknown {
  return chunk.error ?? new LandfallError('LF_CHUNK_LOST', { file: file.name, chunk: chunk.number });
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
  for (const { file, chunks } of lost) {
    const { fileId, dataset, definitionVersion } = file;
    const about = { dataset, definitionVersion: definitionVersion ?? '' };
    const jobs = chunks.map((chunk) => toChunkJob(chunk, about));
    await context.queues.submitChunks(fileId, jobs);
  }
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
