import pg from 'pg';
import { qualified } from './sql-columns.ts';

/** Drops tables and views with these names, or whose names begin so (`prefixes`), and whatever reads them. */
export async function dropNamed(
  client: pg.ClientBase,
  schema: string,
  names: readonly string[],
  prefixes: readonly string[] = [],
): Promise<void> {
  const { rows } = await client.query<{ name: string; kind: string }>(
    `select c.relname as name, c.relkind as kind from pg_class c
     where c.relnamespace = to_regnamespace($1) and c.relkind in ('r', 'v', 'm')
       and (c.relname = any($2::text[]) or exists (select from unnest($3::text[]) s where starts_with(c.relname, s)))`,
    [pg.escapeIdentifier(schema), names, prefixes],
  );
  const kinds: Readonly<Record<string, string>> = { r: 'table', v: 'view', m: 'materialized view' };
  for (const { name, kind } of rows)
    await client.query(`drop ${kinds[kind]} if exists ${qualified(schema, name)} cascade`);
}
