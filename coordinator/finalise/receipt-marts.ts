/** Says in a receipt which marts do not show the file yet. It is asked for each time, because marts follow later. */
import type pg from 'pg';
import { martsWithout } from '../../ledger/tables/marts.ts';
import type { Registry } from '../../model/registry.ts';
import type { MartBehind, Receipt } from '../../platform/file-receipt.ts';
import { tableMarts } from '../../sinks/postgres/marts/refresh-marts.ts';

/** The receipt with the marts that do not show the file yet; as it is where all of them do. */
export async function withMarts(
  { pool, registry }: { readonly pool: pg.Pool; readonly registry: Registry },
  receipt: Receipt,
): Promise<Receipt> {
  if (receipt.status !== 'done') return receipt;
  const dataset = registry.get(receipt.dataset);
  const defined = dataset === undefined ? [] : tableMarts(dataset);
  const behind = (await martsWithout(pool, receipt.fileId)).map((mart): MartBehind => {
    const { maxStaleMs } = defined.find(({ name }) => name === mart.name) ?? {};
    const waits = mart.error === null && mart.refreshed_at !== null && maxStaleMs !== undefined;
    return {
      name: mart.name,
      since: (mart.since ?? new Date(receipt.finishedAt)).toISOString(),
      due: waits ? new Date(mart.refreshed_at!.getTime() + maxStaleMs).toISOString() : null,
      error: mart.error,
    };
  });
  return behind.length === 0 ? receipt : { ...receipt, marts: behind };
}
