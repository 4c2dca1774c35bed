/**
 * Snapshots: of each scope, the snapshot with the greatest (instant, content hash) is shown, and of two of its rows with
 * one key the one with the greater hash. A snapshot is a file and the files that correct or replay its rejects, which
 * have its instant and hash. F_scopes has a row for each file and scope; a file of a dataset without
 * scopes has one, even if it has no rows. Its scope is all zeros.
 */

import { inChunks } from '../facts/in-chunks.ts';
import { type Ending, keep, keepDelta, piecesOf } from './ending.ts';
import type { EventFile, Shrunk } from './event-contract.ts';
import { everything, listOf, namesOf, scopesOf, shownList } from './event-layout.ts';
import { among, promote, putOthers, putStaged, stagedList, supersede } from './moves.ts';
import { settleLate, withTimes } from './seen-snapshots.ts';
import type { Source } from './sources.ts';
import { type ChunkTies, tiesOf } from './ties.ts';

/** Applies the events of one file. Returns the scope in which it lacks most keys of the snapshot before it. */
export async function applySnapshot(
  ending: Ending,
  { staged, rows, files: [file] }: Source,
): Promise<{ ties: ChunkTies[]; shrunk: Shrunk[] }> {
  const { client, layout } = ending;
  const { current, scopes, keyed } = layout;
  // `wins`: the snapshot is newer than all others of the scope. `replaces`: there are others. `joins`: other files of
  // the same snapshot are shown.
  const won = await keep(
    ending,
    'scopes',
    `select f._scope, coalesce((o.as_of, o.content) < ($1::timestamptz, $2), true) as wins,
       coalesce((o.as_of, o.content) < ($1::timestamptz, $2), false) as replaces,
       coalesce((o.as_of, o.content) = ($1::timestamptz, $2), false) as joins
     from (${scopesOf(layout, staged)}) f left join lateral (
       select * from ${scopes} o where o._scope = f._scope order by as_of desc, content desc limit 1
     ) o on true`,
    [file.asOf, file.contentHash],
  );
  await client.query(
    `insert into ${scopes} (_scope, file_id, as_of, content, chunk_ids)
     select _scope, $1, $2::timestamptz, $3, $4 from ${won.name}`,
    [file.fileId, file.asOf, file.contentHash, file.chunkIds],
  );
  const best = await keep(
    ending,
    'best',
    `select b.at, b._key, b._scope, b.joins from (
       select distinct on (s._key) s.ctid as at, s._key, s._hash, w._scope, w.joins from ${staged} s
       join ${won.name} w on (w.wins or w.joins)${keyed.scoped ? ' and w._scope = s._scope' : ''}
       order by s._key, s._hash desc
     ) b left join ${current} c on b.joins and c._key = b._key
     where c._key is null or b._hash > c._hash`,
  );
  const ties = await tiesOf(ending, staged, null, true);
  const entering = await withTimes(ending, staged, best);
  if (best.rows < rows) await putOthers(ending, staged, { rows: best.name });
  const old = await keep(
    ending,
    'old',
    `select c.ctid as at, c._key, w._scope from ${won.name} w
     join ${current} c on ${keyed.scoped ? 'c._scope = w._scope' : 'true'} where w.replaces
     union all
     select c.ctid, c._key, b._scope from ${best.name} b join ${current} c on c._key = b._key where b.joins`,
  );
  const shrunk = await shrunkOf(ending, old.name, best.name);
  shrunk.push(...(await lateShrunk(ending, { staged, won: won.name, file })));
  if (old.rows > 0) {
    await keepDelta(
      ending,
      'removed',
      `select ${shownList(layout, 'c')} from ${current} c where ${among({ rows: old.name })}`,
    );
    for (const piece of await piecesOf(ending, old))
      await supersede(ending, { rows: old.name, where: piece });
  }
  if (best.rows > 0) {
    await keepDelta(
      ending,
      'added',
      `select ${stagedList(layout, 'c')} from ${staged} c where ${among({ rows: best.name })}`,
    );
    const isAll = best.rows === rows && entering.beside === undefined;
    await putStaged(ending, 'current', staged, isAll ? undefined : entering);
  }
  await settleLate(ending, staged, won.name);
  return { ties, shrunk };
}

/** The scope that loses the largest share of its keys; none if no scope had any. `from`: both have `_key`. */
async function shrunkOf(
  { client }: Ending,
  from: string,
  to: string,
  values: unknown[] = [],
): Promise<Shrunk[]> {
  const { rows } = await client.query<Shrunk>(
    `select count(*)::float8 as keys, count(*) filter (where b._key is null)::float8 as absent
     from ${from} o left join ${to} b on b._key = o._key
     group by o._scope order by count(*) filter (where b._key is null)::float8 / count(*) desc, keys desc limit 1`,
    values,
  );
  return rows;
}

/**
 * The same for a file that is not the newest of a scope: it deletes nothing now, but is compared with the snapshot
 * before it like any other, so that it does not matter whether a newer one landed first.
 */
async function lateShrunk(
  ending: Ending,
  { staged, won, file }: { staged: string; won: string; file: EventFile },
): Promise<Shrunk[]> {
  const { client, layout } = ending;
  const { current, superseded, scopes, keyed } = layout;
  if (keyed.maxDeleted === null) return [];
  const { rows: before } = await client.query<Holder>(
    `select p.chunk_ids as chunks, array_agg(p._scope::text) as scopes
     from ${won} w join ${scopes} p on p._scope = w._scope
     where not w.wins and not w.joins and (p.as_of, p.content) = (
       select as_of, content from ${scopes} o where o._scope = w._scope and (as_of, content) < ($1::timestamptz, $2)
       order by as_of desc, content desc limit 1
     ) and not exists (
       select from ${scopes} o
       where o._scope = w._scope and (as_of, content) = ($1::timestamptz, $2) and file_id <> $3
     ) group by p.file_id, p.chunk_ids`,
    [file.asOf, file.contentHash, file.fileId],
  );
  if (before.length === 0) return [];
  const scope = keyed.scoped ? '_scope' : `${everything} as _scope`;
  const old = [current, superseded].map(
    (table) => `select ${scope}, _key from ${table} s where ${ofHolders(layout, before)}`,
  );
  const values = keyed.scoped ? before.map((one) => one.scopes) : [];
  return shrunkOf(ending, `(${old.join(' union ')})`, `(select distinct _key from ${staged})`, values);
}

/** Chunks of a file, and the scopes in which it matters. */
interface Holder {
  readonly chunks: number[];
  readonly scopes: string[];
}

/** The condition that an event `s` is of these files, in those scopes: parameters from 1. */
function ofHolders({ keyed }: Ending['layout'], holders: readonly Holder[]): string {
  const each = holders.map(({ chunks }, i) => {
    const ofScope = keyed.scoped ? ` and s._scope = any($${i + 1}::uuid[])` : '';
    return `(${inChunks(chunks, 's.chunk_id')}${ofScope})`;
  });
  return `(${each.join(' or ')})`;
}

/** Removes a file's events, and shows of each scope that showed it the newest snapshot that is left. */
export async function undoSnapshot(
  ending: Ending,
  file: Pick<EventFile, 'fileId' | 'chunkIds'>,
): Promise<void> {
  const { client, layout } = ending;
  const { current, superseded, scopes, keyed } = layout;
  const ofChunks = inChunks(file.chunkIds, 'c.chunk_id');
  const lost = await keep(
    ending,
    'lost',
    `select s._scope from ${scopes} s where s.file_id = $1 and not exists (
       select from ${scopes} o where o._scope = s._scope and (o.as_of, o.content) > (s.as_of, s.content))`,
    [file.fileId],
  );
  const ofFile = `${current} c where ${ofChunks}`;
  await keepDelta(ending, 'removed', `select ${shownList(layout, 'c')} from ${ofFile}`);
  await client.query(`delete from ${ofFile}`);
  await client.query(`delete from ${superseded} c where ${ofChunks}`);
  await client.query(`delete from ${scopes} where file_id = $1`, [file.fileId]);
  const { rows: heirs } = await client.query<Holder>(
    `select n.chunk_ids as chunks, array_agg(n._scope::text) as scopes
     from ${lost.name} l join ${scopes} n on n._scope = l._scope
     where (n.as_of, n.content) = (
       select as_of, content from ${scopes} o where o._scope = l._scope order by as_of desc, content desc limit 1
     ) group by n.file_id, n.chunk_ids`,
  );
  if (heirs.length === 0) return;
  const best = await keep(
    ending,
    'best',
    `select distinct on (s._key) s.ctid as at from ${superseded} s
     where ${ofHolders(layout, heirs)} and not exists (select from ${current} c where c._key = s._key)
     order by s._key, s._hash desc`,
    keyed.scoped ? heirs.map((heir) => heir.scopes) : [],
  );
  await keepDelta(
    ending,
    'added',
    `select ${listOf(namesOf(layout), 'c')} from ${superseded} c where ${among({ rows: best.name })}`,
  );
  for (const piece of await piecesOf(ending, best)) await promote(ending, { rows: best.name, where: piece });
}
