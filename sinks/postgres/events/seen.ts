/**
 * When files brought a row: `_created`, the least time at which a file with an event of the key landed that is not a
 * deletion; and `_updated`, the same of the events that are equal to the current one and have no other event of the
 * key between them. Both are beside an event of F_current, and follow from the times of the files that are done.
 *
 * Events with one content have one order, so there is never another one between them. Snapshots are the exception:
 * event-snapshots.ts.
 *
 * Where files end, the times follow from those of the current events and of the files. Where one is undone, they are
 * found again from the events that its keys have left.
 */
import type { Ending } from './ending.ts';
import { deleted, type EventLayout } from './event-layout.ts';

/** Settles these keys after events of theirs have left. `keys`: a relation with `_key`. */
export async function settleSeen(ending: Ending, keys: string): Promise<void> {
  if (ending.layout.keyed.seen !== undefined) await setSeen(ending, timesOf(ending.layout, keys));
}

/** What all events of these keys say: a query of `_key`, `_hash`, `created` and `updated`. `keys`: a relation with `_key`. */
export function timesOf(layout: EventLayout, keys: string): string {
  const { current, superseded } = layout;
  const events = [current, superseded].map(
    (table) =>
      `select e._key, e._hash, e._landed, ${deleted(layout, 'e')} as _gone
       from ${keys} k join ${table} e on e._key = k._key`,
  );
  return `select _key, _hash, min(_landed) as updated,
      min(min(_landed) filter (where not _gone)) over (partition by _key) as created
    from (${events.join(' union all ')}) e group by _key, _hash`;
}

/** Sets the times of current events. `found`: a query as `timesOf` returns it. */
export async function setSeen(
  { client, layout }: Pick<Ending, 'client' | 'layout'>,
  found: string,
): Promise<void> {
  await client.query(
    `update ${layout.current} c set _created = n.created, _updated = n.updated from (${found}) n where ${differs}`,
  );
}

/** True where a current event `c` has other times than were found, `n`. */
export const differs = `c._key = n._key and c._hash = n._hash
  and (c._created is distinct from n.created or c._updated is distinct from n.updated)`;

/** Columns of F_current and what they get, where a row enters; none if the dataset does not say when. */
export function seenColumns({ keyed }: Pick<EventLayout, 'keyed'>): string[] {
  return keyed.seen === undefined ? [] : ['_created', '_updated'];
}
