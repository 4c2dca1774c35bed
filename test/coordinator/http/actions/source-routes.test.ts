import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sourceActionRoutes } from '../../../../coordinator/http/actions/source-routes.ts';
import { notFound } from '../../../../coordinator/http/answers.ts';
import { guardedApp } from '../../../../coordinator/http/guard.ts';
import { createGate } from '../../../../coordinator/http/security.ts';
import { defineDataset, http, text } from '../../../../model/index.ts';
import { loadRegistry } from '../../../../model/registry.ts';
import { type TestDatabase, testDatabase } from '../../../support/index.ts';

const weather = defineDataset({
  name: 'weather',
  columns: { day: text() },
  star: 'none',
  sources: { api: http({ url: 'https://example.com/?from={from}', schedule: { every: '1d' } }) },
});

let database: TestDatabase;
let app: ReturnType<typeof guardedApp>;
beforeAll(async () => {
  database = await testDatabase();
  const gate = createGate({ host: '127.0.0.1', port: 0, token: null });
  app = guardedApp({ gate, log: { error: () => {} }, otherwise: notFound });
  sourceActionRoutes(app, await loadRegistry({ builtin: [weather], paths: [] }), database.pool);
  await app.ready();
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

async function post(path: string, payload: object = {}) {
  const headers = { host: 'localhost' };
  const answer = await app.inject({ method: 'POST', url: `/api/sources/weather/${path}`, headers, payload });
  return { status: answer.statusCode, json: answer.json() };
}

const runs = async () => (await database.pool.query('select kind, state from landfall.run')).rows;

describe('a backfill', () => {
  const span = { from: '2026-01-01', to: '2026-01-04' };

  it('says which windows it would fetch, plans them, and leaves those that are done', async () => {
    const said = await post('api/backfill?dryRun=true', span);
    expect(said).toMatchObject({ status: 200, json: { dryRun: true, windows: 3, fetches: 3, done: 0 } });
    expect(await runs()).toEqual([]);
    expect(await post('api/backfill', span)).toMatchObject({ status: 202, json: { fetches: 3 } });
    expect(await runs()).toHaveLength(3);
    await database.pool.query(
      `update landfall.run set state = 'done', ended_at = now() where window_from = '2026-01-01'`,
    );
    const again = await post('api/backfill?dryRun=true', span);
    expect(again.json).toMatchObject({ windows: 3, fetches: 2, done: 1 });
    expect((await post('api/backfill?dryRun=true', { ...span, again: true })).json.fetches).toBe(3);
  });

  it('of a span or a source that does not fit is the mistake of the caller', async () => {
    for (const [path, body, status, code] of [
      ['api/backfill', {}, 400, 'LF_HTTP_REQUEST'],
      ['api/backfill', { from: '2026-01-02', to: '2026-01-01' }, 400, 'LF_SOURCE_SPAN'],
      ['none/backfill', span, 404, 'LF_SOURCE_UNKNOWN'],
      ['none/run', {}, 404, 'LF_SOURCE_UNKNOWN'],
      ['api/run', { to: '2026-01-01' }, 400, 'LF_USAGE'],
      ['api/run', { from: 'noon' }, 400, 'LF_SOURCE_SPAN'],
    ] as const)
      expect([path, body, await post(path, body)]).toMatchObject([path, body, { status, json: { code } }]);
  });
});

describe('a run', () => {
  it('says its window and whether that is fetched, and is planned once', async () => {
    const span = { from: '2026-02-01', to: '2026-02-02' };
    const said = await post('api/run?dryRun=true', span);
    expect(said.json).toMatchObject({ dryRun: true, fetches: true, known: null });
    expect(said.json.window).toEqual({ from: '2026-02-01T00:00:00.000Z', to: '2026-02-02T00:00:00.000Z' });
    const planned = await post('api/run', span);
    expect(planned).toMatchObject({ status: 202, json: { run: { kind: 'manual', state: 'planned' } } });
    expect((await post('api/run', span)).json.run.runId).toBe(planned.json.run.runId);
    expect((await post('api/run?dryRun=true', span)).json).toMatchObject({ fetches: false });
    const { rows } = await database.pool.query('select what, target from landfall.action order by action_id');
    expect(rows.map(({ what }) => what)).toEqual(['backfill', 'run', 'run']);
  });
});
