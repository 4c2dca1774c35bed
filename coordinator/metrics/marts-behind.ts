/** Which table marts should show a file that they do not show, and since when. */
import type pg from 'pg';
import { oldestUnshown } from '../../ledger/tables/marts.ts';
import type { Registry } from '../../model/registry.ts';
import { tableMarts } from '../../sinks/postgres/marts/refresh-marts.ts';

export interface MartBehindReport {
  readonly dataset: string;
  readonly mart: string;
  /** Unix time in seconds. */
  readonly since: number;
}

/** A mart that may be old, as its `maxStale` says, is not behind before that time is over. */
export async function martsBehind(pool: pg.Pool, registry: Registry): Promise<readonly MartBehindReport[]> {
  const marts = registry
    .names()
    .flatMap((dataset) => tableMarts(registry.get(dataset)!).map((mart) => ({ dataset, ...mart })));
  if (marts.length === 0) return [];
  const now = Date.now();
  return (await oldestUnshown(pool, marts)).flatMap(({ dataset, name, since }) => {
    const { maxStaleMs = 0 } = marts.find((mart) => mart.dataset === dataset && mart.name === name)!;
    const behind = since.getTime() + maxStaleMs;
    return behind > now ? [] : [{ dataset, mart: name, since: behind / 1000 }];
  });
}
