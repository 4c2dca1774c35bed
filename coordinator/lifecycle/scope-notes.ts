/**
 * Records the queue scope of a command (`ingest`, `replay`, `demo`) when it starts, and deletes the record when
 * nothing of the command is left. If the command dies, orphans.ts finds its queues and files by this record.
 */
import * as scopes from '../../ledger/tables/scopes.ts';
import type { Context } from '../context.ts';
import type { Places } from '../finalise/put-away.ts';

/** Call this before a command does anything that it might leave behind. */
export async function openScope({ pool, scope }: Pick<Context, 'pool' | 'scope'>): Promise<void> {
  if (scope !== 'pool') await scopes.openScope(pool, scope);
}

/** Deletes the record once the queues of the scope are removed, unless a file still has to be ended or put away. */
export async function closeScope(
  { pool }: Pick<Context, 'pool'>,
  scope: string,
  places: Places,
): Promise<void> {
  await scopes.closeScope(pool, scope, places);
}
