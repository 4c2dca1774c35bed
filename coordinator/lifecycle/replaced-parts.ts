/** Deletes parts of the lake that other parts have replaced, when nobody can be reading them any more. */
import { retireEmptied } from '../../ledger/tables/lake/compaction.ts';
import { type Deleted, deleteRetired } from '../commands/compact/leftovers.ts';
import type { Context } from '../context.ts';

const hourMs = 3600 * 1000;

/**
 * Deletes them once: each when the time is over that was said when it was replaced. Shared parts whose files were all
 * undone are replaced from now on, and stay for `keepMs`.
 */
export async function deleteReplaced(
  { pool, lake }: Pick<Context, 'pool' | 'lake'>,
  keepMs: number,
): Promise<Deleted> {
  const seconds = keepMs / 1000;
  await retireEmptied(pool, null, seconds);
  return deleteRetired({ pool, lake }, { dataset: null, seconds, asPromised: true });
}

/** Deletes them now and every hour. `close` does not wait for a run. */
export function deleteReplacedHourly(context: Context, keepMs: number): { close(): void } {
  const run = async () => {
    try {
      const { parts, bytes } = await deleteReplaced(context, keepMs);
      if (parts > 0) context.log.info({ parts, bytes }, 'deleted parts that others have replaced');
    } catch (error) {
      context.log.warn({ err: error }, 'could not delete parts that others have replaced');
    }
  };
  void run();
  const timer = setInterval(run, hourMs);
  return { close: () => clearInterval(timer) };
}
