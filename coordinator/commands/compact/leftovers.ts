/** Deletes parts of the lake that compaction leaves behind: those that it has replaced, and those that it never listed. */
import type pg from 'pg';
import { forgetParts, lockRetired, lockUnlisted } from '../../../ledger/tables/lake/compaction.ts';
import { inTransaction } from '../../../platform/database/transaction.ts';
import { crashPoint } from '../../../platform/errors/crash-points.ts';
import { atATime } from '../../../platform/storage/at-a-time.ts';
import type { Storage } from '../../../platform/storage/contract.ts';
import { sharedStagingKey } from '../../../platform/storage/staging-key.ts';

export interface LeftoverTools {
  readonly pool: pg.Pool;
  readonly lake: Storage;
}

export interface Deleted {
  readonly parts: number;
  readonly bytes: number;
}

/** Parts of one transaction, and those that are deleted at the same time. */
const deletedTogether = 500;
const deletedAtATime = 16;

/**
 * Deletes parts of which no snapshot has any rows since so many seconds, because other parts have them: nobody reads them
 * who began later. `dataset`: null for those of all datasets. May run beside everything else, and several times at once.
 */
export async function deleteRetired(
  { pool, lake }: LeftoverTools,
  { dataset, seconds }: { readonly dataset: string | null; readonly seconds: number },
): Promise<Deleted> {
  const sum = { parts: 0, bytes: 0 };
  for (;;) {
    const retired = await inTransaction(pool, async (client) => {
      const locked = await lockRetired(client, { dataset, seconds, most: deletedTogether });
      await atATime(deletedAtATime, locked, ({ path }) => lake.delete(path));
      crashPoint('compact.old-deleted');
      await forgetParts(
        client,
        locked.map(({ path }) => path),
      );
      return locked;
    });
    if (retired.length === 0) return sum;
    sum.parts += retired.length;
    sum.bytes += retired.reduce((bytes, part) => bytes + part.bytes, 0);
  }
}

/** Deletes what a compaction has written and not listed, because it failed or died. Only under the compaction lock. */
export async function deleteUnlisted({ pool, lake }: LeftoverTools, dataset: string): Promise<void> {
  await inTransaction(pool, async (client) => {
    const unlisted = await lockUnlisted(client, dataset);
    for (const { sharedId, path } of unlisted) {
      await lake.delete(sharedStagingKey(dataset, sharedId));
      await lake.delete(path);
    }
    await forgetParts(
      client,
      unlisted.map(({ path }) => path),
    );
  });
}
