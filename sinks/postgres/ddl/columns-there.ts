import type pg from 'pg';

/** The columns of a table or view, in order. None if there is none. */
export async function columnNames(client: pg.ClientBase, schema: string, name: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select a.attname as name
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where n.nspname = $1 and c.relname = $2 and c.relkind in ('r', 'v') order by a.attnum`,
    [schema, name],
  );
  return rows.map((row) => row.name);
}
