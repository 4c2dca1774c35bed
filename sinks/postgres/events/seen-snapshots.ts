/**
 * When snapshots brought a row (seen.ts). A row that goes back to what it was, or that comes back after a snapshot
 * without it, has changed: so `_updated` is the least time of the snapshots from the newest one back, while they have
 * the key with the same content.
 */
import { type Ending, type Kept, keep } from './ending.ts';
import { type EventLayout, everything } from './event-layout.ts';
import type { Beside } from './moves.ts';
import { setSeen } from './seen.ts';

/** Scopes of snapshots: a table with `_scope`, of which one row is everything if the dataset has no scopes. */
type Scopes = string;

/** The keys that are current in scopes, as they are when they are read. A relation with `_key`. */
export function keysIn({ current, keyed }: EventLayout, scopes: Scopes): string {
  const ofScopes = keyed.scoped
    ? `join ${scopes} w on w._scope = e._scope`
    : `where exists (select from ${scopes})`;
  return `(select e._key from ${current} e ${ofScopes})`;
}

/**
 * The best events of the newest snapshot of their scopes, with their times: they follow from those of the rows that it
 * replaces, and of a key that it lacked, from the events before. To be called before anything moves. `best`: a table
 * of `at` and `_key`.
 */
export async function withTimes(
  ending: Ending,
  staged: string,
  best: Kept,
): Promise<{ readonly rows: string; readonly beside?: readonly Beside[] }> {
  const { current, superseded, keyed } = ending.layout;
  if (keyed.seen === undefined) return { rows: best.name };
  const earlier = `(select min(e._landed) from ${superseded} e where e._key = b._key)`;
  const { name } = await keep(
    ending,
    'entering',
    `select b.at, least(s._landed, case when c._key is null then ${earlier} else c._created end) as _created,
       case when c._hash = s._hash then least(s._landed, c._updated) else s._landed end as _updated
     from ${best.name} b join ${staged} s on s.ctid = b.at left join ${current} c on c._key = b._key`,
  );
  const beside = ['_created', '_updated'].map((column) => ({ column, value: `w.${column}` }));
  return { rows: name, beside };
}

/** Settles keys from all their events. `keys`: a relation with `_key`. */
export async function settleSnapshots(ending: Ending, keys: string): Promise<void> {
  if (ending.layout.keyed.seen !== undefined) await setSeen(ending, snapshotTimesOf(ending.layout, keys));
}

/** As timesOf in seen.ts. */
export function snapshotTimesOf({ current, superseded, scopes, keyed }: EventLayout, keys: string): string {
  const scope = keyed.scoped ? 'e._scope' : everything;
  const events = [current, superseded].map(
    (table) =>
      `select e._key, e._hash, e._landed, e.chunk_id, ${scope} as _scope
       from ${keys} k join ${table} e on e._key = k._key`,
  );
  return `with events as materialized (${events.join(' union all ')}), snapshots as materialized (
       select _scope, unnest(chunk_ids) as chunk_id,
         dense_rank() over (partition by _scope order by as_of desc, content desc) as back
       from ${scopes} where _scope in (select _scope from events)
     ), held as (
       select distinct on (e._key, s.back) e._key, s.back, e._hash,
         min(e._landed) over (partition by e._key, s.back, e._hash) as landed
       from events e join snapshots s on s._scope = e._scope and s.chunk_id = e.chunk_id
       order by e._key, s.back, e._hash desc
     ), followed as (
       select *, first_value(_hash) over in_order as newest, row_number() over in_order as n
       from held window in_order as (partition by _key order by back)
     ), run as (
       select _key, newest, landed,
         bool_and(_hash = newest and n = back) over (partition by _key order by back) as unchanged from followed
     ), created as (
       select _key, min(_landed) as created from events group by _key
     )
     select r._key, r.newest as _hash, min(r.landed) filter (where unchanged) as updated, min(c.created) as created
     from run r join created c on c._key = r._key group by r._key, r.newest`;
}

/** Settles what a file has changed in scopes in which it is not the newest snapshot, or not all of it. */
export async function settleLate(ending: Ending, staged: string, won: string): Promise<void> {
  const { client, layout } = ending;
  if (layout.keyed.seen === undefined) return;
  const { rows } = await client.query<{ late: boolean }>(
    `select exists (select from ${won} where not wins) as late`,
  );
  if (!rows[0].late) return;
  const ofScope = layout.keyed.scoped ? 'w._scope = s._scope' : 'true';
  const { name } = await keep(
    ending,
    'keys',
    `select e._key from ${keysIn(layout, `(select _scope from ${won} where not wins and not joins)`)} e
     union select s._key from ${staged} s join ${won} w on w.joins and ${ofScope}`,
  );
  await settleSnapshots(ending, name);
}
