/** The routes below /api/files, on a ledger whose files are moved on by hand. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Server, startServer } from '../../../coordinator/http/server.ts';
import { loadRegistry } from '../../../model/registry.ts';
import { builtin } from '../../support/builtin.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';
import { Yard } from '../progress/support.ts';

let database: TestDatabase;
let yard: Yard;
let server: Server;

beforeAll(async () => {
  database = await testDatabase();
  yard = new Yard(database);
  server = await startServer({
    config: { host: '127.0.0.1', port: 0, token: null, landingUrl: '/srv/landing' },
    // No route below /api/files asks the hub.
    hub: { attach: () => {}, snapshot: () => null as never, watchers: () => 0 },
    ledger: yard.ledger,
    registry: await loadRegistry({ builtin, paths: [] }),
    pool: database.pool,
    log: { error: () => {} },
  });
});
afterAll(async () => {
  await server.close();
  await database.drop();
});

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of all shapes.
async function get(path: string): Promise<{ status: number; json: any }> {
  const response = await fetch(new URL(path, server.url));
  return { status: response.status, json: await response.json() };
}

const namesOf = (json: { files: { name: string }[] }) => json.files.map(({ name }) => name);

describe('the list of files', () => {
  it('has all of them, newest first, by pages that end', async () => {
    const landed: string[] = [];
    for (let i = 0; i < 5; i++) landed.unshift((await yard.land()).name);
    const first = await get('/api/files?limit=2');
    const second = await get(`/api/files?limit=2&cursor=${first.json.next}`);
    // What lands meanwhile is before the first page, and moves no later one.
    await yard.land();
    const third = await get(`/api/files?limit=2&cursor=${second.json.next}`);
    expect([first, second, third].flatMap(({ json }) => namesOf(json))).toEqual(landed);
    expect(third.json.next).toBeNull();
  });

  it('takes several states, and an order', async () => {
    const { file } = await yard.plan(1);
    await yard.ledger.finishFile((await yard.plan(1)).file.fileId, {} as never, 'done');
    const { json } = await get('/api/files?state=loading,done&state=failed&sort=landed');
    expect(json.files.map(({ state }: { state: string }) => state)).toEqual(['loading', 'done']);
    expect(json.files[0].name).toBe(file.name);
    expect((await get(`/api/files?q=${file.name.toUpperCase()}`)).json.files).toHaveLength(1);
    expect((await get('/api/files?from=2001-01-01&to=2001-01-02T00:00:00%2B01:00')).json.files).toEqual([]);
  });

  it.each([
    ['state=lost', 'state'],
    ['sort=colour', 'sort'],
    ['from=yesterday', 'from must be a date'],
    ['limit=0', 'limit'],
    ['cursor=x', 'cursor'],
    ['q=%00', 'q must not contain a NUL character'],
    [`sort=name&cursor=${Buffer.from('["name","a\\u0000",1]').toString('base64url')}`, 'cursor'],
    [`cursor=${Buffer.from('["-landed","1; drop table x",1]').toString('base64url')}`, 'cursor'],
    [`sort=name&cursor=${Buffer.from('["-landed","1",1]').toString('base64url')}`, 'cursor'],
  ])('refuses %s by name', async (query, name) => {
    const { status, json } = await get(`/api/files?${query}`);
    expect([status, json.code]).toEqual([400, 'LF_HTTP_REQUEST']);
    expect(json.message).toContain(name);
  });
});

describe('a file', () => {
  it('has its chunks as a list for each fact, and without what is left out', async () => {
    const { file, jobs } = await yard.plan(3);
    await yard.commit(jobs[0], 2);
    await yard.ledger.claimChunk(jobs[1].chunkId, 'far-1-aa#1');
    await yard.ledger.claimChunk(jobs[1].chunkId, 'far-2-bb#4');
    const { json } = await get(`/api/files/${file.fileId}/chunks`);
    expect(json).toMatchObject({
      ...{ states: 'cpp', bytes: [1000, 1000, 1000], rows: [10, 0, 0], rejected: [2, 0, 0] },
      ...{ workers: ['test', 'far-2-bb'], worker: [0, 1, -1], attempts: [1, 2, 0], lost: [0, 1, 0] },
      committedMs: [expect.any(Number), null, null],
      errors: {},
    });
    const one = await get(`/api/files/${file.fileId}?without=chunks,events`);
    expect(Object.keys(one.json)).toEqual(expect.not.arrayContaining(['chunkList', 'events']));
    expect((await get(`/api/files/${file.fileId}?without=all`)).status).toBe(400);
  });

  it('has its rejects by kind and by pages, with the wrong field marked', async () => {
    const { file, jobs } = await yard.plan(2);
    await yard.commit(jobs[0], 3);
    await yard.commit(jobs[1], 2);
    const path = `/api/files/${file.fileId}/rejects`;
    const first = await get(`${path}?limit=4&code=LF_REJECT_TYPE&column=region`);
    expect(first.json.kinds).toEqual([{ code: 'LF_REJECT_TYPE', column: 'region', count: 5, waiting: 5 }]);
    expect(first.json.rejects[0]).toMatchObject({
      raw: 'row 0',
      marks: [{ start: 0, end: 5, column: 'region' }],
    });
    const rest = await get(`${path}?limit=4&cursor=${first.json.next}`);
    const places = [first, rest].flatMap(({ json }) =>
      json.rejects.map(({ byteOffset }: { byteOffset: number }) => byteOffset),
    );
    expect(places).toEqual([0, 1, 2, 1000, 1001]);
    expect(rest.json.next).toBeNull();
    expect((await get(`${path}?column=`)).json.rejects).toEqual([]);
    expect((await get(`${path}?cursor=x`)).json.code).toBe('LF_HTTP_REQUEST');
  });

  it('has its lineage: chunks, sinks and parts', async () => {
    const { file, jobs } = await yard.plan(2);
    await yard.commit(jobs[0], 1);
    const { json } = await get(`/api/files/${file.fileId}/lineage?limit=1`);
    expect(json).toMatchObject({
      ...{ from: null, into: [], related: [], next: 0 },
      chunks: [
        {
          ...{ number: 0, state: 'committed', byteStart: 0, byteEnd: 1000, events: null },
          rows: { parsed: 10, loaded: 9, rejected: 1, deduplicated: 0 },
          sinks: { lake: { rows: 9, bytes: 500 }, star: { rows: 9, bytes: 810 } },
          parts: [{ path: `trips/f${file.fileId}-c0.parquet`, rows: 9, bytes: 500 }],
        },
      ],
    });
    const rest = await get(`/api/files/${file.fileId}/lineage?after=${json.next}`);
    expect(rest.json).toMatchObject({ chunks: [{ number: 1, sinks: {}, parts: [] }], next: null });
  });
});
