import type pg from 'pg';
import { staleMarts } from '../../../ledger/tables/marts.ts';
import type { Registry } from '../../../model/registry.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import type { Log } from '../../../platform/log/log.ts';
import type { SinkSetup } from '../../sink-setup.ts';
import type { Marts } from './marts.ts';

/** Refreshes the marts that a process which died has left out of date: they do not show the last files that ended. */
export async function refreshStaleMarts(
  context: { readonly pool: pg.Pool; readonly registry: Registry; readonly log: Log },
  setup: SinkSetup,
  marts: Marts,
): Promise<void> {
  const { pool, registry, log } = context;
  const datasets = registry.all().filter(({ marts }) => marts.some(({ kind }) => kind === 'table'));
  const names = datasets.map(({ name }) => name);
  const stale = new Set(await staleMarts(pool, names));
  for (const dataset of datasets.filter(({ name }) => stale.has(name))) {
    // A definition that does not fit its star affects its own files only.
    const error = await setup.setUp(dataset).then(() => null, asLandfallError);
    if (error === null) void marts.request(dataset);
    else log.warn({ err: error, dataset: dataset.name }, 'could not refresh the marts');
  }
}

/** Returns an error that a person can fix, and throws any other. */
function asLandfallError(error: unknown): LandfallError {
  if (error instanceof LandfallError) return error;
  throw error;
}
