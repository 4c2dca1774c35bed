import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Text, textArray } from '../../../../sinks/postgres/dimensions/text-array.ts';
import { type TestDatabase, testDatabase } from '../../../support/index.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

it.each<[string, (Text | null)[]]>([
  ['no text', []],
  ['texts of every kind', ['a', '', 'NULL', '"{}\\\\,', 'Прага 🚲', ' ', '\n']],
  ['nulls among them', [null, 'a', null]],
  ['texts as bytes', [Buffer.from('Прага'), 'Прага', new Uint8Array(0)]],
])('the server reads an array of %s', async (_, values) => {
  const { rows } = await database.pool.query('select $1::text[] as read', [textArray(values)]);
  expect(rows[0].read).toEqual(
    values.map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString() : value)),
  );
});
