/** Reads the results of queries from a real server, and meets its refusals. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readQuery } from '../../../sources/postgres/read-query.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';

let app: TestDatabase;
beforeAll(async () => {
  app = await testDatabase();
});
afterAll(() => app.drop());

const query = "select 1 as id, 'Basic, plain' as title union all select 2, null order by 1";
const read = (more: { url?: string; query?: string; bytesMost?: number } = {}) =>
  readQuery({ name: 'plans', url: app.url, query, bytesMost: 1024, ...more });

it('gives the rows below a header', async () => {
  expect(Buffer.from(await read()).toString()).toBe('id,title\n1,"Basic, plain"\n2,\n');
});

it('takes a query that ends with a comment', async () => {
  expect(Buffer.from(await read({ query: 'select 1 as id -- the only one' })).toString()).toBe('id\n1\n');
});

it.each<[string, string, () => Parameters<typeof read>[0]]>([
  ['a server that nobody runs', 'LF_REFERENCE_DATABASE', () => ({ url: app.url.replace(/:\d+\//, ':1/') })],
  ['a database that is not there', 'LF_REFERENCE_REFUSED', () => ({ url: `${app.url}_of_nobody` })],
  ['an address that is none', 'LF_REFERENCE_REFUSED', () => ({ url: 'postgres://[' })],
  ['a table that is not there', 'LF_REFERENCE_QUERY', () => ({ query: 'select * from nothing' })],
  ['a value that cannot be computed', 'LF_REFERENCE_QUERY', () => ({ query: 'select 1 / 0 as id' })],
  ['a query that writes', 'LF_REFERENCE_QUERY', () => ({ query: "select nextval('s')" })],
  ['more bytes than are allowed', 'LF_REFERENCE_LARGE', () => ({ bytesMost: 20 })],
])('names the table where it meets %s: %s', async (_, code, options) => {
  await app.pool.query('create sequence if not exists s');
  await expect(read(options())).rejects.toMatchObject({ code, values: { reference: 'plans' } });
});
