/** Ties: events of a key with the same order and other content, among which the content decides. */

import type { Ending } from './ending.ts';
import type { EventFile, EventPlace, Ties } from './event-contract.ts';
import { deleted } from './event-layout.ts';

const sampleMost = 3;

/**
 * Counts orders of keys at which an event of a staging table ties: with another event of it, or with the current one.
 * Datasets without an order have none. `best`: the best event of each key in staging, with `_tied` for those that
 * tie with the current one; null if current events have no part in it.
 */
export async function tiesOf(
  { client, layout }: Ending,
  staged: string,
  best: string | null,
  hasRepeats: boolean,
): Promise<ChunkTies[]> {
  const { keyed } = layout;
  if (keyed.order === null && keyed.kind !== 'snapshot') return [];
  const order = keyed.order === null ? 'null::integer' : 's._order';
  const group = `s._key, ${order} as _order, ${deleted(layout, 's')} as _deleted, s.chunk_id, s._row`;
  const repeated = `select _key, _order, _deleted, min(array[chunk_id, _row]) as place
    from (select ${group}, s._hash from ${staged} s
      where s._key in (select _key from ${staged} group by 1 having count(*) > 1)) s
    group by 1, 2, 3 having count(distinct _hash) > 1`;
  const current = `select _key, _order, _deleted, array[chunk_id, _row] as place
    from (select ${group} from ${best} s where s._tied) s`;
  const groups = [...(hasRepeats ? [repeated] : []), ...(best === null ? [] : [current])];
  if (groups.length === 0) return [];
  return byChunk(
    client,
    `select min(place) as place from (${groups.join(' union all ')}) g group by _key, _order, _deleted`,
  );
}

/** The same for versions, of the orders at which any event ties. `events`: those of event-versions.ts. */
export function tiesOfVersions({ client }: Ending, events: string, staged: string): Promise<ChunkTies[]> {
  return byChunk(
    client,
    `select array[s.chunk_id, s._row] as place from (
       select min(at) filter (where place = 0) as at from ${events}
       group by _key, _order, _deleted having bool_or(place = 0) and count(*) > 1 and count(distinct _hash) > 1
     ) g join ${staged} s on s.ctid = g.at`,
  );
}

/** The ties whose first event a chunk has. */
export interface ChunkTies {
  readonly chunkId: number;
  readonly count: number;
  /** Rows of the first ones. */
  readonly rows: readonly number[];
}

/** `places`: a query of chunk and row of the first event of each tie. */
async function byChunk(client: Ending['client'], places: string): Promise<ChunkTies[]> {
  const { rows } = await client.query<ChunkTies>(
    `select place[1] as "chunkId", count(*)::float8 as count,
       (array_agg(place[2] order by place[2]))[1:${sampleMost}] as rows
     from (${places}) t group by 1 order by 1`,
  );
  return rows;
}

/** The ties of each file that has any. */
export function tiesByFile(
  files: readonly EventFile[],
  all: readonly ChunkTies[],
): (Ties & { fileId: number })[] {
  return files.flatMap(({ fileId, chunkIds }) => {
    const own = all.filter(({ chunkId }) => chunkIds.includes(chunkId));
    if (own.length === 0) return [];
    const places = own.flatMap(({ chunkId, rows }) => rows.map((row): EventPlace => ({ chunkId, row })));
    const count = own.reduce((sum, ties) => sum + ties.count, 0);
    return [{ fileId, count, sample: places.slice(0, sampleMost) }];
  });
}
