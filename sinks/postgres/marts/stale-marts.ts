import type pg from 'pg';
import { staleMarts } from '../../../ledger/tables/marts.ts';
import type { Registry } from '../../../model/registry.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import type { Log } from '../../../platform/log/log.ts';
import type { Stars } from '../ddl/stars.ts';
import type { Marts } from './marts.ts';

/** Marts that lack files which are done, or hold some that were undone: whoever should have seen to it died. */
export async function refreshStaleMarts(
  context: { readonly pool: pg.Pool; readonly registry: Registry; readonly log: Log },
  stars: Stars,
  marts: Marts,
): Promise<void> {
  for (const name of await staleMarts(context.pool)) {
    const dataset = context.registry.get(name);
    if (!dataset?.marts.some((mart) => mart.kind === 'table')) continue;
    // A definition that does not fit its star stops its own files only.
    const error = await stars.make(dataset).then(() => null, asLandfallError);
    if (error === null) void marts.request(dataset);
    else context.log.warn({ err: error, dataset: name }, 'could not refresh the marts');
  }
}

/** What a person can fix; anything else is thrown on. */
function asLandfallError(error: unknown): LandfallError {
  if (error instanceof LandfallError) return error;
  throw error;
}
