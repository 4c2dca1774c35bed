import type pg from 'pg';
import { forgetParts, type SharedPart } from '../../../ledger/tables/lake/compaction.ts';
import { inTransaction } from '../../../platform/database/transaction.ts';
import type { Storage } from '../../../platform/storage/contract.ts';
import { sharedStagingKey } from '../../../platform/storage/staging-key.ts';

/** What is left of parts that are not listed. */
export interface NotedTools {
  readonly pool: pg.Pool;
  readonly lake: Storage;
}

/**
 * Deletes shared parts that were noted and never will be listed, wherever they have come to, and forgets them. `lock`
 * finds and locks them. While they are locked, nobody lists them.
 */
export async function deleteNoted(
  { pool, lake }: NotedTools,
  lock: (client: pg.ClientBase) => Promise<(SharedPart & { readonly stagedIn?: string })[]>,
): Promise<void> {
  await inTransaction(pool, async (client) => {
    const noted = await lock(client);
    for (const { sharedId, path, stagedIn } of noted) {
      if (stagedIn !== undefined) await lake.delete(sharedStagingKey(stagedIn, sharedId));
      await lake.delete(path);
    }
    if (noted.length === 0) return;
    await forgetParts(
      client,
      noted.map(({ path }) => path),
    );
  });
}
