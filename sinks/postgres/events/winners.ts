/**
 * Deduplication and upsert: the best event of each key is current (`bestFirst` in event-layout.ts), and all others are
 * superseded.
 */

import { inChunks } from '../facts/in-chunks.ts';
import { type Ending, keep, keepDelta, piecesOf } from './ending.ts';
import { beats, bestFirst, deleted, type EventLayout, listOf, namesOf, shownList } from './event-layout.ts';
import { among, promote, putOthers, type Some, stagedList, supersede } from './moves.ts';
import { seenColumns } from './seen.ts';
import type { Source } from './sources.ts';
import { type ChunkTies, tiesOf } from './ties.ts';

/**
 * Applies the events of a staging table. The best event of each key is copied with its columns, in the order of the
 * keys: staging, whose order is another, is then read once, and not row by row from all over.
 */
export async function applyWinners(ending: Ending, { staged, rows }: Source): Promise<ChunkTies[]> {
  const { client, layout } = ending;
  const { current, filled } = layout;
  const entering = [...filled, ...seenColumns(layout)];
  const best = await keep(ending, 'best', bestOf(layout, staged));
  const {
    rows: [count],
  } = await client.query<{ wins: number; replaced: number; tied: number; seen: number }>(
    `select count(*) filter (where _wins)::float8 as wins, count(*) filter (where _tied)::float8 as tied,
       count(*) filter (where _seen)::float8 as seen,
       count(*) filter (where _wins and _old is not null)::float8 as replaced from ${best.name}`,
  );
  const ties = await tiesOf(ending, staged, count.tied > 0 ? best.name : null, best.rows < rows);
  if (count.seen > 0)
    await client.query(
      `update ${current} c set _created = w._created, _updated = w._updated
       from ${best.name} w where c.ctid = w._old and w._seen`,
    );
  if (count.wins < rows) await putOthers(ending, staged, { rows: best.name, at: '_at', where: 'w._wins' });
  if (count.wins === 0) return ties;
  const replaced: Some = { rows: best.name, at: '_old', where: 'w._wins and w._old is not null' };
  if (count.replaced > 0) {
    const left = `${current} c where ${among(replaced)} and not ${deleted(layout, 'c')}`;
    await keepDelta(ending, 'removed', `select ${shownList(layout, 'c')} from ${left}`);
  }
  const entered = `${best.name} c where c._wins and not ${deleted(layout, 'c')}`;
  await keepDelta(ending, 'added', `select ${stagedList(layout, 'c')} from ${entered}`);
  for (const piece of await piecesOf(ending, best)) {
    if (count.replaced > 0) await supersede(ending, { ...replaced, where: `${replaced.where} and ${piece}` });
    await client.query(
      `insert into ${current} (${listOf(entering)}, _since) select ${listOf(entering, 'w')}, ${ending.snapshotId}
       from ${best.name} w where w._wins and ${piece}`,
    );
  }
  return ties;
}

/**
 * The best event of each key in staging, with its address `_at`. `_old`: the address of the current event with the key.
 * `_wins`: the event enters. `_tied`: the two have the same order, and other content. `_created` and `_updated`: what
 * seen.ts says of the event that is current then. `_seen`: it is the one that was, and they differ from what it had.
 */
function bestOf(layout: EventLayout, staged: string): string {
  const { current, keyed, filled } = layout;
  const same = keyed.order === null ? 'false' : `s._order = c._order and s._hash <> c._hash`;
  const tied = `coalesce(${same} and ${deleted(layout, 's')} = ${deleted(layout, 'c')}, false)`;
  const wins = `c.ctid is null or ${beats(layout, 's', 'c')}`;
  const times = keyed.seen === undefined ? noTimes : timesBeside(layout, wins);
  return `select ${listOf(filled, 's')}, s._at, c.ctid as _old, ${wins} as _wins, ${tied} as _tied, ${times.judged}
    from (
      select distinct on (s._key) ${listOf(filled, 's')}, s.ctid as _at${times.staged} from ${staged} s
      order by s._key, ${bestFirst(layout, 's')}
    ) s left join ${current} c on c._key = s._key order by s._key`;
}

const noTimes = { staged: '', judged: 'false as _seen' };

/** Select lists: of the staged events of a key, and of the best of them beside the current one. */
function timesBeside(layout: EventLayout, wins: string): typeof noTimes {
  const created = 'least(c._created, s._first)';
  const updated = `case when ${wins} then s._last when c._hash = s._hash then least(c._updated, s._last) else c._updated end`;
  const differs = `c._created is distinct from ${created} or c._updated is distinct from ${updated}`;
  return {
    staged: `, min(s._landed) filter (where not ${deleted(layout, 's')}) over (partition by s._key) as _first,
      min(s._landed) over (partition by s._key, s._hash) as _last`,
    judged: `${created} as _created, ${updated} as _updated, not (${wins}) and (${differs}) as _seen`,
  };
}

/** Removes the events of the chunks, and promotes the best that is left of the keys that lose their current one. */
export async function undoWinners(ending: Ending, chunkIds: readonly number[]): Promise<void> {
  const { client, layout } = ending;
  const { current, superseded } = layout;
  const ofChunks = inChunks(chunkIds, 'c.chunk_id');
  const gone = await keep(ending, 'gone', `select c._key from ${current} c where ${ofChunks}`);
  if (gone.rows > 0) {
    const left = `${current} c where ${ofChunks} and not ${deleted(layout, 'c')}`;
    await keepDelta(ending, 'removed', `select ${shownList(layout, 'c')} from ${left}`);
    await client.query(`delete from ${current} c where ${ofChunks}`);
  }
  await client.query(`delete from ${superseded} c where ${ofChunks}`);
  if (gone.rows === 0) return;
  const best = await keep(
    ending,
    'best',
    `select distinct on (s._key) s.ctid as at
     from ${gone.name} g join ${superseded} s on s._key = g._key order by s._key, ${bestFirst(layout, 's')}`,
  );
  if (best.rows === 0) return;
  const entered = `${superseded} c where ${among({ rows: best.name })} and not ${deleted(layout, 'c')}`;
  await keepDelta(ending, 'added', `select ${listOf(namesOf(layout), 'c')} from ${entered}`);
  for (const piece of await piecesOf(ending, best)) await promote(ending, { rows: best.name, where: piece });
}
