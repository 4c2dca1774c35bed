/**
 * Notes of the queue scopes of single commands (`ingest`, `replay`, `demo`), from their start until nothing of
 * them is left: so that whoever notices that one has died finds its queues and files (orphans.ts).
 */
import { sql } from '../../ledger/sql.ts';
import type { Context } from '../context.ts';
import type { Places } from '../finalise/put-away.ts';

/** Before a command does anything that it might leave behind. */
export async function openScope({ pool, scope }: Pick<Context, 'pool' | 'scope'>): Promise<void> {
  if (scope !== 'pool') await pool.query(sql('scopes/open-scope'), [scope]);
}

/** When the queues of a scope are gone: forgets it, unless something of it is left. */
export async function closeScope(
  { pool }: Pick<Context, 'pool'>,
  scope: string,
  { landing, failed }: Places,
): Promise<void> {
  await pool.query(sql('scopes/close-scope'), [scope, landing, failed]);
}
