import type pg from 'pg';
import { forgetMarts, type StaleMart, staleMarts } from '../../../ledger/tables/marts.ts';
import type { Registry } from '../../../model/registry.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import type { Log } from '../../../platform/log/log.ts';
import type { SinkSetup } from '../../sink-setup.ts';
import type { Marts } from './marts.ts';
import { tableMarts } from './refresh-marts.ts';

/**
 * Refreshes the marts that a process which ended has left out of date: they do not show the last files that ended.
 * `faulty`: also those whose last refresh failed for good.
 */
export async function refreshStaleMarts(
  context: { readonly pool: pg.Pool; readonly registry: Registry; readonly log: Log },
  setup: SinkSetup,
  marts: Marts,
  { faulty }: { readonly faulty: boolean },
): Promise<void> {
  const { pool, registry, log } = context;
  const datasets = registry.all().filter((dataset) => tableMarts(dataset).length > 0);
  const all = datasets.flatMap((dataset) =>
    tableMarts(dataset).map(({ name }) => ({ dataset: dataset.name, name })),
  );
  const stale = (await staleMarts(pool, all)).filter((mart) => faulty || !isFaulty(mart));
  for (const dataset of datasets) {
    const names = stale.flatMap((mart) => (mart.dataset === dataset.name ? [mart.name] : []));
    if (names.length === 0) continue;
    // A definition that does not fit its star affects its own files only.
    const error = await setup.setUp(dataset).then(() => null, asLandfallError);
    const behind = tableMarts(dataset).filter(({ name }) => names.includes(name));
    if (error === null) void marts.request(dataset, behind);
    else log.warn({ err: error, dataset: dataset.name }, 'could not refresh the marts');
  }
}

/** Forgets marts that the definitions no longer have: nobody refreshes them, so nobody would clear their failures. */
export async function forgetRemovedMarts(pool: pg.Pool, registry: Registry): Promise<void> {
  for (const dataset of registry.all()) {
    await forgetMarts(
      pool,
      dataset.name,
      tableMarts(dataset).map(({ name }) => name),
    );
  }
}

/** A mart that waits for an outage to end is not faulty. */
function isFaulty({ error }: StaleMart): boolean {
  return error?.code === 'LF_MART_REFRESH' || error?.code === 'LF_DATABASE_PRIVILEGE';
}

/** Returns an error that a person can fix, and throws any other. */
function asLandfallError(error: unknown): LandfallError {
  if (error instanceof LandfallError) return error;
  throw error;
}
