/** What the server says of keys, against inserts into a table with such an index. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { refusedKeys } from '../../../../sinks/postgres/ddl/refused-keys.ts';
import type { RowTexts } from '../../../../sinks/row-limits.ts';
import { type TestDatabase, testDatabase } from '../../../support/index.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await testDatabase();
});
afterEach(() => database.drop());

/** PostgreSQL cannot compress it. */
const noise = (bytes: number) => randomBytes(bytes).toString('hex').slice(0, bytes);
const keys: readonly RowTexts[] = [
  [noise(2600), null],
  [noise(2800), null],
  [null, 'x'.repeat(200_000)],
  ['x'.repeat(500_000), 'y'.repeat(500_000)],
  [noise(1340), noise(1350)],
  [noise(1370), noise(1370)],
  ['Ездок '.repeat(4000), noise(2500)],
  [null, null],
];

async function inserted(): Promise<boolean[]> {
  await database.pool.query('create table trial (a text, b text, unique nulls not distinct (a, b))');
  const refused: boolean[] = [];
  for (const key of keys) {
    const insert = database.pool.query('insert into trial values ($1, $2)', [...key]);
    refused.push(
      await insert.then(
        () => false,
        (error) => error.code === '54000',
      ),
    );
  }
  return refused;
}

it('refuses those that an index refuses, and leaves nothing behind', async () => {
  const expected = await inserted();
  expect(new Set(expected)).toEqual(new Set([true, false]));
  expect(await refusedKeys(database.pool, keys, 0)).toEqual(expected);
  // Again: on the same connection.
  expect(await refusedKeys(database.pool, keys, 0)).toEqual(expected);
  const { rows } = await database.pool.query(
    "select relname from pg_class where relname like 'landfall_key%'",
  );
  expect(rows).toEqual([]);
});

it('counts the bytes of other values', async () => {
  const near = [[noise(2681)]];
  expect(await refusedKeys(database.pool, near, 0)).toEqual([false]);
  expect(await refusedKeys(database.pool, near, 64)).toEqual([true]);
});

it('refuses all where it may not ask', async () => {
  const { rows } = await database.pool.query('select current_database() as name');
  await database.pool.query(`create role asker_${process.pid} login`);
  try {
    await database.pool.query(`revoke temporary on database "${rows[0].name}" from public`);
    const client = await database.pool.connect();
    await client.query(`set role asker_${process.pid}`);
    const pool = { connect: async () => client } as unknown as typeof database.pool;
    expect(await refusedKeys(pool, keys.slice(0, 2), 0)).toEqual([true, true]);
  } finally {
    await database.pool.query(`drop role asker_${process.pid}`);
  }
});
