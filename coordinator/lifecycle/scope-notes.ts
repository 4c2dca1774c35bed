/**
 * Notes of the queue scopes of single commands (`ingest`, `replay`, `demo`), from their start until nothing of
 * them is left: so that whoever notices that one has died finds its queues and files (orphans.ts).
 */
import * as scopes from '../../ledger/tables/scopes.ts';
import type { Context } from '../context.ts';
import type { Places } from '../finalise/put-away.ts';

/** Before a command does anything that it might leave behind. */
export async function openScope({ pool, scope }: Pick<Context, 'pool' | 'scope'>): Promise<void> {
  if (scope !== 'pool') await scopes.openScope(pool, scope);
}

/** When the queues of a scope are gone: forgets it, unless something of it is left. */
export async function closeScope(
  { pool }: Pick<Context, 'pool'>,
  scope: string,
  places: Places,
): Promise<void> {
  await scopes.closeScope(pool, scope, places);
}
