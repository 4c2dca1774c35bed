/**
 * Removes what dead processes left behind: parts and tables in staging, spooled chunks, parts of undone files.
 * Every coordinator does this when it starts, and the coordinator of the pool also at intervals. No step waits for
 * it, and readers never see what it removes.
 */

import { isFinished } from '../../platform/progress/progress.ts';
import { clearSpool, spooledFiles } from '../../platform/storage/spool.ts';
import { listStaging } from '../../platform/storage/staging-key.ts';
import { sweepUndone } from '../commands/undo.ts';
import type { Context } from '../context.ts';

/** Time between runs, as a multiple of LANDFALL_LOCK_MS: about the time until a dead worker's job is noticed. */
const everyLocks = 3;

/** Removes all of it once. It can be repeated, and several processes can run it at the same time. */
export async function tidy(context: Context): Promise<void> {
  await sweepUndone(context);
  await sweepSpool(context);
  await sweepStaging(context);
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

/** Removes the spooled chunks of files that have ended. */
export async function sweepSpool({ lake, ledger }: Pick<Context, 'lake' | 'ledger'>): Promise<void> {
  for (const fileId of await spooledFiles(lake)) {
    const file = await ledger.file(fileId);
    if (file !== null && isFinished(file.state)) await clearSpool(lake, fileId);
  }
}

/** Removes staged parts of files that have ended. A worker that was killed wrote them but did not publish them. */
export async function sweepStaging({ lake, ledger }: Pick<Context, 'lake' | 'ledger'>): Promise<void> {
  const ended = new Map<number, boolean>();
  for await (const { key, fileId } of listStaging(lake)) {
    if (!ended.has(fileId)) {
      const file = await ledger.file(fileId);
      ended.set(fileId, file !== null && isFinished(file.state));
    }
    if (ended.get(fileId)) await lake.delete(key);
  }
}
