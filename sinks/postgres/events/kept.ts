/**
 * Upsert with `nulls: 'keep'`: where the current event has null, or 0 as the key of a dimension, people are shown the
 * latest value that an event after the key's last deletion has. F_current keeps it beside the event.
 */
import type { Ending } from './ending.ts';
import { deleted, listOf } from './event-layout.ts';

/** Settles these keys after their events have changed. `keys`: a table with `_key`. */
export async function settleKept({ client, layout }: Ending, keys: string): Promise<void> {
  const { current, superseded, shown } = layout;
  const kept = shown.filter(({ other }) => other !== null);
  if (kept.length === 0) return;
  const isNull = (alias: string, { name, isMember }: (typeof kept)[number]) =>
    isMember ? `${alias}.${name} = 0` : `${alias}.${name} is null`;
  const lacks = kept.map((column) => isNull('c', column)).join(' or ');
  const columns = listOf(['_key', '_order', '_hash', ...kept.map(({ name }) => name)], 'e');
  const latest = kept.map((column, i) => {
    const values = `array_agg(e.${column.name} order by e._order desc, e._hash desc)`;
    return `(${values} filter (where not ${isNull('e', column)}))[1] as v${i}`;
  });
  const events = (table: string) =>
    `select ${columns}, ${deleted(layout, 'e')} as _gone from lacking k join ${table} e on e._key = k._key`;
  const found = `with lacking as materialized (
      select c._key from ${keys} k join ${current} c on c._key = k._key where not ${deleted(layout, 'c')} and (${lacks})
    ), events as materialized (
      ${events(current)} union all ${events(superseded)}
    ), deletions as (
      select distinct on (_key) _key, _order from events where _gone order by _key, _order desc
    )
    select e._key, ${latest.join(', ')} from events e left join deletions d on d._key = e._key
    where not e._gone and (d._key is null or e._order > d._order) group by e._key`;
  const value = (column: (typeof kept)[number], i: number) =>
    `case when ${isNull('c', column)} then n.v${i} end`;
  const sets = kept.map((column, i) => `${column.other} = ${value(column, i)}`);
  const differs = kept.map((column, i) => `c.${column.other} is distinct from ${value(column, i)}`);
  await client.query(
    `update ${current} c set ${sets.join(', ')} from (${found}) n
     where c._key = n._key and (${differs.join(' or ')})`,
  );
}
