/**
 * Removes what dead processes left behind: parts and tables in staging, spooled chunks, parts of groups that were never
 * committed, parts of files that were undone or planned again.
 * Every coordinator does this when it starts, and the coordinator of the pool also at intervals. No step waits for
 * it, and readers never see what it removes.
 */
import type { Ledger } from '../../ledger/ledger.ts';
import { unlessOwned } from '../../ledger/tables/lake/file-objects.ts';
import { isFinished } from '../../platform/progress/progress.ts';
import { clearSpool, spooledFiles } from '../../platform/storage/spool.ts';
import { listStaging } from '../../platform/storage/staging-key.ts';
import { deleteAbandoned } from '../commands/compact/leftovers.ts';
import { sweepUndone } from '../commands/undo.ts';
import type { Context } from '../context.ts';
import { sweepRenewed } from '../plan/plan-again.ts';

/** Time between runs, as a multiple of LANDFALL_LOCK_MS: about the time until a dead worker's job is noticed. */
const everyLocks = 3;

/** Removes all of it once. It can be repeated, and several processes can run it at the same time. */
export async function tidy(context: Context): Promise<void> {
  await sweepUndone(context);
  await sweepRenewed(context);
  await sweepSpool(context);
  await sweepStaging(context);
  await deleteAbandoned(context);
  for (const { versions } of context.sinks) await versions?.dropStaging();
}

/**
 * Tidies at intervals, and then runs `also`. `close` does not wait for a run, which may be waiting for a server that
 * is down.
 */
export function tidyOften(
  context: Context,
  { lockMs, also }: { lockMs: number; also: () => Promise<void> },
): { close(): void } {
  let tidying: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    tidying = tidying
      .then(() => tidy(context))
      .then(also)
      .catch((error) => context.log.warn({ err: error }, 'could not remove what dead processes left behind'));
  }, everyLocks * lockMs);
  return { close: () => clearInterval(timer) };
}

type SweepTools = Pick<Context, 'lake' | 'ledger' | 'pool'>;

/**
 * Removes the spooled chunks of files that have ended, or were planned again under another number, unless a process is
 * reading the file again.
 */
export async function sweepSpool({ lake, ledger, pool }: SweepTools): Promise<void> {
  for (const fileId of await spooledFiles(lake)) {
    if (await isOver(ledger, fileId)) await unlessOwned(pool, fileId, () => clearSpool(lake, fileId));
  }
}

/**
 * Removes staged parts of files that have ended, or were planned again under another number, unless a process is writing
 * parts of the file again. A worker that was killed wrote them but did not publish them.
 */
export async function sweepStaging({ lake, ledger, pool }: SweepTools): Promise<void> {
  const staged = new Map<number, string[]>();
  for await (const { key, fileId } of listStaging(lake)) {
    const keys = staged.get(fileId);
    if (keys === undefined) staged.set(fileId, [key]);
    else keys.push(key);
  }
  for (const [fileId, keys] of staged) {
    if (!(await isOver(ledger, fileId))) continue;
    await unlessOwned(pool, fileId, async () => {
      for (const key of keys) await lake.delete(key);
    });
  }
}

/**
 * Whether a file needs nothing of what is staged or spooled under its number. One that was planned again is not in the
 * ledger any more, and the file in its place has a higher number. A number above all others is of another ledger: what
 * is under it is left alone.
 */
async function isOver(ledger: Ledger, fileId: number): Promise<boolean> {
  const file = await ledger.file(fileId);
  return file === null ? fileId < (await ledger.newestFile()) : isFinished(file.state);
}
