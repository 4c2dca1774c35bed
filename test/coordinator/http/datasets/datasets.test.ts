import { tableFromIPC } from 'apache-arrow';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { notFound } from '../../../../coordinator/http/answers.ts';
import { datasetRoutes } from '../../../../coordinator/http/datasets/datasets.ts';
import { guardedApp } from '../../../../coordinator/http/guard.ts';
import { createGate } from '../../../../coordinator/http/security.ts';
import { loadRegistry } from '../../../../model/registry.ts';
import { type TestDatabase, testDatabase } from '../../../support/index.ts';
import { numbers } from '../numbers.ts';

let database: TestDatabase;
let app: ReturnType<typeof guardedApp>;
beforeAll(async () => {
  database = await testDatabase();
  await database.pool.query('create sequence landfall_test_sequence');
  const gate = createGate({ host: '127.0.0.1', port: 0, token: null });
  app = guardedApp({ gate, log: { error: () => {} }, otherwise: notFound });
  datasetRoutes(app, await loadRegistry({ builtin: [numbers], paths: [] }), database.pool);
  await app.ready();
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

const ask = (query: string, headers: Record<string, string> = {}) =>
  app.inject({ url: `/api/datasets/numbers/queries/${query}`, headers: { host: 'localhost', ...headers } });

it('a named query answers in the format that its address or the reader names', async () => {
  const csv = await ask('series.csv?up_to=2&word=a,b');
  expect([csv.statusCode, csv.headers['content-type']]).toEqual([200, 'text/csv; charset=utf-8']);
  expect(csv.body.split('\n').slice(0, 2)).toEqual([
    'n,half_more,long,word,day,at,share',
    '1,1.5,12345678901234567890.5,"a,b",2017-11-05,2017-11-05T01:30:00Z,0.5',
  ]);
  const lines = await ask('series?up_to=2', { accept: 'application/x-ndjson, */*' });
  expect(lines.headers['content-type']).toContain('application/x-ndjson');
  expect(lines.body).toMatch(/^\{"n":1,.*"long":12345678901234567890\.5,.*\}\n\{"n":2,.*\}\n$/);
  const arrow = await ask('series.arrow?up_to=3');
  const table = tableFromIPC(arrow.rawPayload);
  expect(table.toArray().map((row) => row.n)).toEqual([1, 2, 3]);
  for (const accept of ['*/*', 'text/html,application/xhtml+xml,*/*;q=0.8'])
    expect((await ask('series?up_to=1', { accept })).json()).toMatchObject({ rowCount: 1 });
});

it('whoever has the answer is told that it is the same', async () => {
  for (const query of ['series?up_to=2', 'series.csv?up_to=2']) {
    const first = await ask(query);
    const etag = first.headers.etag as string;
    const again = await ask(query, { 'if-none-match': `"other", W/${etag}` });
    expect([again.statusCode, again.body, again.headers.etag]).toEqual([304, '', etag]);
    const other = await ask(query.replace('=2', '=3'), { 'if-none-match': etag });
    expect([other.statusCode, other.headers.etag === etag]).toEqual([200, false]);
  }
});

it('mistakes have the same codes in every format', async () => {
  for (const [query, status, code] of [
    ['wrong.csv', 500, 'LF_QUERY_FAILED'],
    ['writer.ndjson', 500, 'LF_QUERY_FAILED'],
    ['unloaded.arrow', 409, 'LF_QUERY_EMPTY'],
    ['first.csv?limit=-1', 400, 'LF_HTTP_REQUEST'],
    ['first.xlsx', 404, 'LF_HTTP_NOT_FOUND'],
  ] as const) {
    const answer = await ask(query);
    expect([query, answer.statusCode, answer.json().code]).toEqual([query, status, code]);
    expect(answer.headers['content-type']).toContain('application/json');
  }
});
