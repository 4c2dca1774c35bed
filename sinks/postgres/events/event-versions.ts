/**
 * History: the versions of a key. Of the events with one order the greatest by (deletion, content) counts. An event
 * that counts begins a version if the key has none at that moment, or one with other tracked columns; a deletion
 * closes the version that it meets. These events are current, and all others are superseded.
 *
 * A late event may change what those after it are, so all events of the keys that a file touches are judged.
 */

import { type Ending, keep, piecesOf } from './ending.ts';
import type { EventLayout } from './event-layout.ts';
import { type Beside, promote, putStaged, type Some, supersede } from './moves.ts';
import { seenColumns } from './seen.ts';
import { type ChunkTies, tiesOfVersions } from './ties.ts';

/** Where an event is before it moves. */
const place = { staged: 0, current: 1, superseded: 2 } as const;

/**
 * Puts the events of these keys where they belong. `keys`: a table with `_key`. `staged`: the staging table, if there
 * is one. All its events have these keys.
 */
export async function settleVersions(
  ending: Ending,
  keys: string,
  staged: string | null,
): Promise<ChunkTies[]> {
  const { client, layout } = ending;
  const events = await keep(ending, 'events', eventsOf(layout, keys, staged));
  const ties = staged === null ? [] : await tiesOfVersions(ending, events.name, staged);
  const kept = await keep(ending, 'judged', judgedOf(layout, events.name));
  const judged = kept.name;
  const { rows } = await client.query<{ place: number; here: boolean }>(
    `select place, here from ${judged} group by place, here`,
  );
  const beside: Beside[] = besideOf(layout).map(({ column, judged }) => ({ column, value: `w.${judged}` }));
  const some = (from: number, here: boolean): Some | null => {
    const isThere = rows.some((row) => row.place === from && row.here === here);
    return isThere ? { rows: judged, where: `w.place = ${from} and w.here = ${here}`, beside } : null;
  };
  const leaving = some(place.current, false);
  const entering = some(place.superseded, true);
  const pieces = await piecesOf(ending, kept);
  // All leave before one enters: an event that comes back may have the order of one that leaves.
  for (const piece of leaving === null ? [] : pieces)
    await supersede(ending, { ...leaving!, where: `${leaving!.where} and ${piece}` });
  for (const piece of entering === null ? [] : pieces)
    await promote(ending, { ...entering!, where: `${entering!.where} and ${piece}` });
  for (const here of staged === null ? [] : [false, true]) {
    const those = some(place.staged, here);
    if (those !== null) await putStaged(ending, here ? 'current' : 'superseded', staged!, those);
  }
  await settleBeside(ending, judged);
  return ties;
}

/** What F_current keeps beside an event that is current, and the column of `judgedOf` with its value. */
function besideOf(layout: EventLayout): { column: string; judged: string }[] {
  const { shown } = layout;
  const latest = shown.filter(({ other }) => other !== null);
  return [
    { column: '_valid_to', judged: 'valid_to' },
    ...latest.map(({ other }, i) => ({ column: other!, judged: `latest${i}` })),
    ...seenColumns(layout).map((column) => ({ column, judged: column })),
  ];
}

/** Updates versions that stay, but end at another time or show other values. */
async function settleBeside({ client, layout }: Ending, judged: string): Promise<void> {
  const beside = besideOf(layout);
  const sets = beside.map(({ column, judged }) => `${column} = w.${judged}`);
  const differs = beside.map(({ column, judged }) => `c.${column} is distinct from w.${judged}`);
  await client.query(
    `update ${layout.current} c set ${sets.join(', ')} from ${judged} w
     where c.ctid = w.at and w.place = ${place.current} and w.here and (${differs.join(' or ')})`,
  );
}

function eventsOf(layout: EventLayout, keys: string, staged: string | null): string {
  const { keyed, shown, filled, current, superseded } = layout;
  const given = new Set(filled);
  const columns = (from: number) => {
    const values = shown
      .filter(({ other }) => other !== null)
      .map(({ name }, i) => {
        const value = from !== place.staged || given.has(name) ? `e.${name}` : 'null';
        return `, ${value} as value${i}`;
      });
    const gone = keyed.deleted ? 'e._deleted' : 'false as _deleted';
    const landed = keyed.seen === undefined ? '' : ', e._landed';
    return `${from} as place, e.ctid as at, e._key, e._order, ${gone}, e._hash, e._tracked${landed}${values.join('')}`;
  };
  const known = (from: number, table: string) =>
    `select ${columns(from)} from ${keys} k join ${table} e on e._key = k._key`;
  return [
    known(place.current, current),
    known(place.superseded, superseded),
    ...(staged === null ? [] : [`select ${columns(place.staged)} from ${staged} e`]),
  ].join(' union all ');
}

/** Each event with `here`: whether it is current. If so, with what F_current keeps beside it. */
function judgedOf({ shown, keyed }: EventLayout, events: string): string {
  const latest = shown
    .filter(({ other }) => other !== null)
    .map(
      (_, i) =>
        `, first_value(value${i}) over (partition by _key order by (counts and not _deleted) desc, _order desc) as latest${i}`,
    );
  const seen =
    keyed.seen === undefined
      ? ''
      : `, min(_landed) filter (where not _deleted) over (partition by _key) as _created,
         min(_landed) over (partition by _key, _hash) as _updated`;
  const inOrder = 'partition by _key order by _order';
  return `with counted as (
      select *, row_number() over (
        partition by _key, _order order by _deleted desc, _hash desc, place = ${place.current} desc, place, at
      ) = 1 as counts
      from ${events}
    ), followed as (
      select place, at, _key, _order, _deleted, _tracked,
        lag(not _deleted) over (${inOrder}) as had_version, lag(_tracked) over (${inOrder}) as had_tracked
      from counted where counts
    ), current as (
      select place, at, lead(_order) over (${inOrder}) as valid_to from followed
      where case when _deleted then had_version is true else had_version is not true or had_tracked <> _tracked end
    )
    select e.place, e.at, c.place is not null as here, c.valid_to${latest.join('')}${seen}
    from counted e left join current c on c.place = e.place and c.at = e.at`;
}
