/** Deletes parts of the lake that compaction leaves behind: those that it has replaced, and those that it never listed. */
import {
  type Expired,
  forgetParts,
  lockAbandoned,
  lockRetired,
  lockUnlisted,
} from '../../../ledger/tables/lake/compaction.ts';
import { inTransaction } from '../../../platform/database/transaction.ts';
import { crashPoint } from '../../../platform/errors/crash-points.ts';
import { atATime } from '../../../platform/storage/at-a-time.ts';
import { deleteNoted, type NotedTools } from '../../../sinks/lake/shared/delete-noted.ts';

export type LeftoverTools = NotedTools;

export interface Deleted {
  readonly parts: number;
  readonly bytes: number;
}

/** Parts of one transaction, and those that are deleted at the same time. */
const deletedTogether = 500;
const deletedAtATime = 16;

/**
 * Deletes parts of which no snapshot has had any rows for a while, because other parts have them: nobody reads them who
 * began later. May run beside everything else, and several times at once.
 */
export async function deleteRetired({ pool, lake }: LeftoverTools, expired: Expired): Promise<Deleted> {
  const sum = { parts: 0, bytes: 0 };
  for (;;) {
    const retired = await inTransaction(pool, async (client) => {
      const locked = await lockRetired(client, expired, deletedTogether);
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
export async function deleteUnlisted(tools: LeftoverTools, dataset: string): Promise<void> {
  await deleteNoted(tools, async (client) =>
    (await lockUnlisted(client, dataset)).map((part) => ({ ...part, stagedIn: dataset })),
  );
}

/** Deletes parts that workers have written for groups of chunks that they have lost. */
export async function deleteAbandoned(tools: LeftoverTools): Promise<void> {
  await deleteNoted(tools, lockAbandoned);
}
