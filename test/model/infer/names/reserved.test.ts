import pg from 'pg';
import { expect, inject, test } from 'vitest';
import { reservedNames } from '../../../../model/infer/names/reserved.ts';

test('has every word that the server reserves, and the system columns of a table', async () => {
  const client = new pg.Client(inject('postgresUrl'));
  await client.connect();
  try {
    const words = await client.query(`select word from pg_get_keywords() where catcode in ('R', 'T')`);
    const columns = await client.query(
      `select attname as word from pg_attribute where attrelid = 'pg_type'::regclass and attnum < 0`,
    );
    const found = [...words.rows, ...columns.rows].map(({ word }) => word);
    expect(found.length).toBeGreaterThan(90);
    expect(found.filter((word) => !reservedNames.has(word))).toEqual([]);
    const known = new Set([...found, 'oid', 'chunk_id', 'constructor']);
    expect([...reservedNames].filter((word) => !known.has(word))).toEqual([]);
  } finally {
    await client.end();
  }
});
