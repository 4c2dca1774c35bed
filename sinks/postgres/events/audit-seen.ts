/** Compares the times of rows (seen.ts) with what the ledger and all events of their keys say. */
import pg from 'pg';
import type { CompiledStar } from '../../../model/compiled.ts';
import { inChunks } from '../facts/in-chunks.ts';
import type { EventFile } from './event-contract.ts';
import { eventLayout } from './event-layout.ts';
import { differs, timesOf } from './seen.ts';
import { snapshotTimesOf } from './seen-snapshots.ts';

export interface WrongTimes {
  /** Events of the file with another time than the file. */
  readonly events: number;
  /** Current events of their keys with other times than follow from all events. */
  readonly rows: number;
}

/** Of these files together. Null where rows have no times. */
export async function wrongTimes(
  client: pg.Pool | pg.ClientBase,
  star: CompiledStar,
  files: readonly Pick<EventFile, 'chunkIds' | 'seenAt'>[],
): Promise<WrongTimes | null> {
  if (star.keyed?.seen === undefined) return null;
  const layout = await eventLayout(client, star);
  if (layout === null || !layout.columns.includes(pg.escapeIdentifier('_landed'))) return null;
  const chunks = files.flatMap(({ chunkIds, seenAt }) => chunkIds.map((chunkId) => ({ chunkId, seenAt })));
  const chunkIds = chunks.map(({ chunkId }) => chunkId);
  const ofFiles = [layout.current, layout.superseded].map(
    (table) => `select chunk_id, _key, _landed from ${table} where ${inChunks(chunkIds)}`,
  );
  const found = star.keyed.kind === 'snapshot' ? snapshotTimesOf : timesOf;
  const { rows } = await client.query<WrongTimes>(
    `with events as materialized (${ofFiles.join(' union all ')})
     select (
         select count(*) from events e
         join unnest($1::integer[], $2::timestamptz[]) f (chunk_id, seen_at) on f.chunk_id = e.chunk_id
         where e._landed <> f.seen_at
       )::float8 as events,
       (select count(*) from ${layout.current} c join (
          ${found(layout, '(select distinct _key from events)')}
        ) n on ${differs})::float8 as rows`,
    [chunkIds, chunks.map(({ seenAt }) => seenAt)],
  );
  return rows[0];
}
