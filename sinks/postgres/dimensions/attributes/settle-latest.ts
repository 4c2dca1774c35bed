/**
 * Members show the attributes of their latest row: the greatest (_by, _hash) among the observations of done files.
 *
 * A file whose latest row of a member has the attributes that are shown changes nothing, whatever its _by. So where
 * attributes rarely change, few members are looked up by the index, and few are written.
 */
import type { ClientBase } from 'pg';
import { identifier, qualified } from '../../ddl/sql-columns.ts';
import { assignments, attributeList, type SettledTable } from './settled-table.ts';

/** For files that end and files that are undone: those are `without`, and other observations take their place. */
export async function settleLatest(client: ClientBase, table: SettledTable): Promise<void> {
  const { schema, dimension, observed, ofFiles, without } = table;
  const key = identifier(dimension.key);
  const members = qualified(schema, dimension.table);
  const attributes = attributeList(dimension, 'o.');
  const excluded = 'o.chunk_id <> all($1::integer[])';
  // An undone file matters where its attributes are shown; one that ends, where others are.
  await client.query(
    `with latest as materialized (
      select distinct on (o.${key}) o.${key}, o._hash from ${observed} o where ${ofFiles}
      order by o.${key}, o._by desc, o._hash desc
    ), touched as materialized (
      select m.${key} from latest join ${members} m using (${key}) where m._hash is distinct from latest._hash
      union
      select o.${key} from ${observed} o join ${members} m using (${key})
      where ${ofFiles} and not ${excluded} and m._hash = o._hash
    ), now as materialized (
      select touched.${key}, o.* from touched left join lateral (
        select o._hash, ${attributes} from ${observed} o where o.${key} = touched.${key} and ${excluded}
        order by o._by desc, o._hash desc limit 1
      ) o on true
    )
    update ${members} m set ${assignments(dimension, 'now')} from now
    where m.${key} = now.${key} and m._hash is distinct from now._hash`,
    [[...without]],
  );
}
