/**
 * Versions of members: at each instant a member has the attributes of its row with the greatest instant that is not
 * later, and of two rows of one instant those with the greater hash. A version is a run of equal attributes.
 *
 * A file can only change what a member has from its first instant `lo` to its last `hi` there, and whether the next
 * instant after it, `upto`, begins a version. So the versions that begin from `lo` to `upto` are computed again, from
 * all observations of done files; those before and after it stay as they are.
 *
 *   instants      ────x──x──[lo────x──x───x────hi]────x(upto)──x──▶
 *   versions      stay      │ computed again            │ stay
 *
 * Where all observations there have the same attributes, which is usual, only the first instant matters, and the
 * others are not read one by one.
 */
import type { ClientBase } from 'pg';
import type { ChangingDimension } from '../../../../model/compiled.ts';
import { historyTable } from '../../ddl/dimension-ddl.ts';
import { identifier, qualified, sqlType } from '../../ddl/sql-columns.ts';
import { assignments, attributeList, type SettledTable } from './settled-table.ts';

/** For files that end and files that are undone: those are `without`. */
export async function settleHistory(client: ClientBase, table: SettledTable): Promise<void> {
  const { schema, dimension, without } = table;
  const key = identifier(dimension.key);
  const members = qualified(schema, dimension.table);
  const history = qualified(schema, historyTable(dimension));
  const attributes = attributeList(dimension);
  await client.query(
    `create temp table _landfall_versions on commit drop as ${versionsQuery(table, history)}`,
    [[...without]],
  );
  const gone = await client.query(`delete from ${history} h
    using (select distinct ${key}, _lo, _upto from _landfall_versions) w
    where h.${key} = w.${key} and h.valid_from between w._lo and w._upto and not exists (
      select from _landfall_versions v
      where v.${key} = h.${key} and v.valid_from = h.valid_from and v._hash = h._hash)`);
  const come = await client.query(`insert into ${history} (${key}, valid_from, valid_to, ${attributes}, _hash)
    select v.${key}, v.valid_from, null, ${attributeList(dimension, 'v.')}, v._hash
    from _landfall_versions v
    where v.valid_from is not null
      and not exists (select from ${history} h where h.${key} = v.${key} and h.valid_from = v.valid_from)`);
  if (gone.rowCount !== 0 || come.rowCount !== 0) {
    await client.query(endVersions(key, history));
    await client.query(`update ${members} m set ${assignments(dimension, 'now')}
      from (
        select k.${key}, ${attributeList(dimension, 'h.')}, h._hash
        from (select distinct ${key} from _landfall_versions) k
        left join ${history} h on h.${key} = k.${key} and h.valid_to is null
      ) now
      where m.${key} = now.${key} and m._hash is distinct from now._hash`);
  }
  await client.query('drop table _landfall_versions');
}

/** A version is valid until the next one of its member begins. */
function endVersions(key: string, history: string): string {
  const next = `lead(valid_from) over (partition by ${key} order by valid_from)`;
  return `update ${history} h set valid_to = n.valid_to
    from (
      select ${key}, valid_from, ${next} as valid_to
      from ${history} where ${key} in (select ${key} from _landfall_versions)
    ) n
    where h.${key} = n.${key} and h.valid_from = n.valid_from and h.valid_to is distinct from n.valid_to`;
}

/** The number that stands for a null, which is before all instants. */
const BEFORE_ALL = "'-9223372036854775808'::bigint";

/** The instant that a number of days or µs stands for. Hours and µs are added exactly. */
function instant({ changing }: ChangingDimension, number: string): string {
  const isDate = changing.by.logical.type === 'date';
  const value = isDate
    ? `date '1970-01-01' + ${number}::integer`
    : `timestamptz '1970-01-01 00:00:00+00' + (${number} / 3600000000) * interval '1 hour' + (${number} % 3600000000) * interval '1 microsecond'`;
  return `(case when ${number} = ${BEFORE_ALL} then ${sqlType(changing.by.logical)} '-infinity' else ${value} end)`;
}

/**
 * Versions that begin from `_lo` to `_upto` ('infinity' if no instant follows), with these instants. A member that has
 * none of them has one row, whose valid_from is null.
 */
function versionsQuery(table: SettledTable, history: string): string {
  const { dimension, observed, ofFiles } = table;
  const key = identifier(dimension.key);
  const excluded = 'o.chunk_id <> all($1::integer[])';
  const at = (number: string) => instant(dimension, number);
  const firstFrom = (bound: string) => `(select min(i) from unnest(o._all) i where i >= ${bound})`;
  return `with spans as materialized (
      select o.${key}, min(o._first) as _lo, max(o._last) as _hi
      from ${observed} o where ${ofFiles} group by o.${key}
    ), near as materialized (
      select row_number() over () as _n, s._lo, s._hi, o.*
      from spans s join ${observed} o on o.${key} = s.${key} and o._last >= s._lo and ${excluded}
    ), within as materialized (
      select near.*, min(_hash::text) over w = max(_hash::text) over w as _is_one
      from near where _first <= _hi window w as (partition by ${key})
    ), next as materialized (
      select o.${key}, min(case when o._first > o._hi then o._first else ${firstFrom('o._hi + 1')} end) as _number
      from near o where o._last > o._hi group by o.${key}
    ), instants as (
      select o.${key}, case when o._first >= o._lo then o._first else ${firstFrom('o._lo')} end as _number, o._hash, o._n
      from within o where o._is_one
      union all
      select o.${key}, i, o._hash, o._n
      from within o cross join unnest(o._all) i where not o._is_one and i between o._lo and o._hi
      union all
      select o.${key}, next._number, o._hash, o._n
      from next join near o using (${key})
      where next._number between o._first and o._last and next._number = any(o._all)
    ), winners as (
      select distinct on (${key}, i._number) ${key}, i._number, i._hash, i._n, s._lo
      from instants i join spans s using (${key}) left join next using (${key})
      where i._number <= s._hi or i._number = next._number
      order by ${key}, i._number, i._hash desc
    ), runs as (
      select w.*, lag(w._hash, 1, (
        select h._hash from ${history} h where h.${key} = w.${key} and h.valid_from < ${at('w._lo')}
        order by h.valid_from desc limit 1
      )) over (partition by w.${key} order by w._number) as _before
      from winners w
    )
    select s.${key}, ${at('s._lo')} as _lo,
      case when next._number is null then 'infinity' else ${at('next._number')} end as _upto,
      case when r._number is not null then ${at('r._number')} end as valid_from,
      r._hash, ${attributeList(dimension, 'o.')}
    from spans s
    left join next using (${key})
    left join runs r on r.${key} = s.${key} and r._hash is distinct from r._before
    left join near o on o._n = r._n`;
}
