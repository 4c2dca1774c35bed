/** Ties: events of a key with the same order and other content, among which the content decides. */

import type { Ending } from './ending.ts';
import type { EventPlace, Ties } from './event-contract.ts';
import { deleted } from './event-layout.ts';

const sampleMost = 3;

/** Of no event. */
export const noTies: Ties = { count: 0, sample: [] };

/**
 * Counts orders of keys at which an event of a staging table ties: with another event of it, or with the current one.
 * Datasets without an order have none. `best`: the best event of each key in staging, with `tied` for those that tie
 * with the current one; null if current events have no part in it.
 */
export async function tiesOf(
  { client, layout }: Ending,
  staged: string,
  best: string | null,
  hasRepeats: boolean,
): Promise<Ties> {
  const { keyed } = layout;
  if (keyed.order === null && keyed.kind !== 'snapshot') return noTies;
  const order = keyed.order === null ? 'null::integer' : 's._order';
  const group = `s._key, ${order} as _order, ${deleted(layout, 's')} as _deleted, s.chunk_id, s._row`;
  const repeated = `select _key, _order, _deleted, min(array[chunk_id, _row]) as place
    from (select ${group}, s._hash from ${staged} s
      where s._key in (select _key from ${staged} group by 1 having count(*) > 1)) s
    group by 1, 2, 3 having count(distinct _hash) > 1`;
  const current = `select _key, _order, _deleted, array[chunk_id, _row] as place
    from (select ${group} from ${best} w join ${staged} s on s.ctid = w.at where w.tied) s`;
  const groups = [...(hasRepeats ? [repeated] : []), ...(best === null ? [] : [current])];
  if (groups.length === 0) return noTies;
  const { rows } = await client.query<{ count: number; sample: [number, number][] | null }>(
    `with groups as (
       select _key, _order, _deleted, min(place) as place from (${groups.join(' union all ')}) g group by 1, 2, 3
     )
     select (select count(*)::float8 from groups) as count,
       (select array_agg(place order by place) from (select place from groups order by place limit ${sampleMost}) s) as sample`,
  );
  return tiesFrom(rows[0]);
}

/** The same for versions, of the orders at which any event ties. `events`: those of event-versions.ts. */
export async function tiesOfVersions({ client }: Ending, events: string, staged: string): Promise<Ties> {
  const { rows } = await client.query<{ count: number; sample: [number, number][] | null }>(
    `with groups as materialized (
       select min(at) filter (where place = 0) as at from ${events}
       group by _key, _order, _deleted having bool_or(place = 0) and count(*) > 1 and count(distinct _hash) > 1
     )
     select (select count(*)::float8 from groups) as count,
       (select array_agg(array[chunk_id, _row] order by chunk_id, _row) from (
         select s.chunk_id, s._row from groups g join ${staged} s on s.ctid = g.at order by 1, 2 limit ${sampleMost}
       ) s) as sample`,
  );
  return tiesFrom(rows[0]);
}

function tiesFrom({ count, sample }: { count: number; sample: [number, number][] | null }): Ties {
  return { count, sample: (sample ?? []).map(([chunkId, row]): EventPlace => ({ chunkId, row })) };
}

/** The ties of several staging tables together. */
export function sumTies(all: readonly Ties[]): Ties {
  const sample = all.flatMap((ties) => ties.sample);
  sample.sort((a, b) => a.chunkId - b.chunkId || a.row - b.row);
  return { count: all.reduce((sum, { count }) => sum + count, 0), sample: sample.slice(0, sampleMost) };
}
