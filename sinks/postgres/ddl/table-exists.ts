import type pg from 'pg';

/**
 * Whether a table exists: a person may have dropped it. A statement that fails would end the caller's transaction.
 * `table`: with its schema, quoted.
 */
export async function tableExists(client: pg.Pool | pg.ClientBase, table: string): Promise<boolean> {
  const { rows } = await client.query('select to_regclass($1) is not null as found', [table]);
  return rows[0].found;
}
