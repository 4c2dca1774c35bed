/**
 * Deduplication and upsert: the best event of each key is current (`bestFirst` in event-layout.ts), and all others are
 * superseded.
 */

import { inChunks } from '../facts/in-chunks.ts';
import { type Ending, keep, keepDelta } from './ending.ts';
import { beats, bestFirst, deleted, listOf, namesOf, shownList } from './event-layout.ts';
import { promote, putOthers, putStaged, replace, stagedList } from './moves.ts';
import type { Source } from './sources.ts';
import { type ChunkTies, tiesOf } from './ties.ts';

/** Applies the events of a staging table. */
export async function applyWinners(ending: Ending, { staged, rows }: Source): Promise<ChunkTies[]> {
  const { client, layout } = ending;
  const { current, keyed } = layout;
  const same = keyed.order === null ? 'false' : `s._order = c._order and s._hash <> c._hash`;
  const tied = `coalesce(${same} and ${deleted(layout, 's')} = ${deleted(layout, 'c')}, false)`;
  // The best event of each key in staging, and the current one with the same key.
  const best = await keep(
    ending,
    'best',
    `select distinct on (s._key) s.ctid as at, c.ctid as old, ${deleted(layout, 's')} as deleted,
       coalesce(${deleted(layout, 'c')}, true) as old_deleted, c.ctid is null or ${beats(layout, 's', 'c')} as wins,
       ${tied} as tied
     from ${staged} s left join ${current} c on c._key = s._key
     order by s._key, ${bestFirst(layout, 's')}`,
  );
  const {
    rows: [count],
  } = await client.query<{ wins: number; replaced: number; tied: number }>(
    `select count(*) filter (where wins)::float8 as wins, count(*) filter (where tied)::float8 as tied,
       count(*) filter (where wins and old is not null)::float8 as replaced from ${best.name}`,
  );
  const ties = await tiesOf(ending, staged, count.tied > 0 ? best.name : null, best.rows < rows);
  if (count.wins < rows) await putOthers(ending, staged, { rows: best.name, where: 'w.wins' });
  if (count.replaced > 0) {
    const left = `${best.name} w join ${current} c on c.ctid = w.old where w.wins and not w.old_deleted`;
    await keepDelta(ending, 'removed', `select ${shownList(layout, 'c')} from ${left}`);
  }
  if (count.wins === 0) return ties;
  const entered = `${best.name} w join ${staged} c on c.ctid = w.at where w.wins and not w.deleted`;
  await keepDelta(ending, 'added', `select ${stagedList(layout, 'c')} from ${entered}`);
  if (count.replaced > 0)
    await replace(ending, staged, { rows: best.name, where: 'w.wins and w.old is not null' });
  const newKeys = { rows: best.name, where: 'w.wins and w.old is null' };
  if (count.wins === rows && count.replaced === 0) await putStaged(ending, 'current', staged);
  else if (count.wins > count.replaced) await putStaged(ending, 'current', staged, newKeys);
  return ties;
}

/** Removes the events of the chunks, and promotes the best that is left of the keys that lose their current one. */
export async function undoWinners(ending: Ending, chunkIds: readonly number[]): Promise<void> {
  const { client, layout } = ending;
  const { current, superseded } = layout;
  const ofChunks = inChunks(chunkIds, 'c.chunk_id');
  const gone = await keep(
    ending,
    'gone',
    `select c.ctid as at, c._key, ${deleted(layout, 'c')} as deleted from ${current} c where ${ofChunks}`,
  );
  if (gone.rows > 0) {
    const left = `${gone.name} w join ${current} c on c.ctid = w.at where not w.deleted`;
    await keepDelta(ending, 'removed', `select ${shownList(layout, 'c')} from ${left}`);
    await client.query(`delete from ${current} c using ${gone.name} w where c.ctid = w.at`);
  }
  await client.query(`delete from ${superseded} c where ${ofChunks}`);
  if (gone.rows === 0) return;
  const best = await keep(
    ending,
    'best',
    `select distinct on (s._key) s.ctid as at, ${deleted(layout, 's')} as deleted
     from ${gone.name} g join ${superseded} s on s._key = g._key order by s._key, ${bestFirst(layout, 's')}`,
  );
  if (best.rows === 0) return;
  const entered = `${best.name} w join ${superseded} c on c.ctid = w.at where not w.deleted`;
  await keepDelta(ending, 'added', `select ${listOf(namesOf(layout), 'c')} from ${entered}`);
  await promote(ending, { rows: best.name });
}
