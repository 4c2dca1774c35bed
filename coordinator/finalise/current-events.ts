/** How many events of a file are current. It is asked for each time, because later files change it. */
import type pg from 'pg';
import { definitionOf } from '../../ledger/definition.ts';
import type { LedgerFile } from '../../ledger/ledger.ts';
import type { Registry } from '../../model/registry.ts';
import { type EventCounts, eventCounts } from '../../sinks/postgres/events/index.ts';

/** Null for a file that is not done, or was loaded with a definition without events. */
export async function currentEvents(
  { pool, registry }: { readonly pool: pg.Pool; readonly registry: Registry },
  file: LedgerFile,
  chunkIds: readonly number[],
): Promise<EventCounts | null> {
  if (file.state !== 'done') return null;
  const { star } = await definitionOf(pool, registry, file);
  return star?.keyed ? eventCounts(pool, star, chunkIds) : null;
}
