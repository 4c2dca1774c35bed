/**
 * What processes have left behind that died in the middle of something: coordinators look for it when they
 * start, and the pool's now and then after. Nobody waits for it; nothing of it is visible to readers.
 */

import { isFinished } from '../../platform/progress/progress.ts';
import { clearSpool, spooledFiles } from '../../platform/storage/spool.ts';
import { listStaging } from '../../platform/storage/staging-key.ts';
import { sweepUndone } from '../commands/undo.ts';
import type { Context } from '../context.ts';

/** How often, in times of LANDFALL_LOCK_MS: what died is noticed as soon as its jobs are, more or less. */
const everyLocks = 3;

/** Repeating it is harmless, and so are several at a time. */
export async function tidy(context: Context): Promise<void> {
  await sweepUndone(context);
  await sweepSpool(context);
  await sweepStaging(context);
  for (const { versions } of context.sinks) await versions?.dropStaging();
}

/** Tidies, and does `also`, each time, until it is closed. One that is under way then may wait for a server that
 * is away: nobody waits for it. */
export function tidyOften(
  context: Context,
  { lockMs, also }: { lockMs: number; also: () => Promise<void> },
): { close(): void } {
  let tidying: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    tidying = tidying
      .then(() => tidy(context))
      .then(also)
      .catch((error) => context.log.warn({ err: error }, 'what dead processes left could not be cleared up'));
  }, everyLocks * lockMs);
  return { close: () => clearInterval(timer) };
}

/** Sweeps what files that have ended left in the spool. */
export async function sweepSpool({ lake, ledger }: Pick<Context, 'lake' | 'ledger'>): Promise<void> {
  for (const fileId of await spooledFiles(lake)) {
    const file = await ledger.file(fileId);
    if (file !== null && isFinished(file.state)) await clearSpool(lake, fileId);
  }
}

/** Sweeps parts that a killed worker wrote and never published, of files that have ended. */
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
