import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createQueryRunner } from '../../../coordinator/http/datasets/named-query.ts';
import { type Server, type ServerOptions, startServer } from '../../../coordinator/http/server.ts';
import { createHub, type Hub } from '../../../coordinator/progress/hub.ts';
import { openTicks, type Ticks } from '../../../ledger/ticks.ts';
import { loadRegistry, type Registry } from '../../../model/registry.ts';
import { builtin } from '../../support/builtin.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';
import { Watcher, Yard } from '../progress/support.ts';
import { numbers } from './numbers.ts';

let database: TestDatabase;
let yard: Yard;
let ticks: Ticks;
let hub: Hub;
let registry: Registry;
const servers: Server[] = [];
let open: Server;
let locked: Server;
const token = 'open sesame/ü';

beforeAll(async () => {
  database = await testDatabase();
  await database.pool.query('create sequence landfall_test_sequence');
  yard = new Yard(database);
  ticks = await openTicks({ redisUrl: null }, database);
  hub = await createHub({ ledger: yard.ledger, databaseUrl: database.url, ticks, log: { warn: () => {} } });
  registry = await loadRegistry({ builtin: [...builtin, numbers], paths: [] });
  open = await start(null);
  locked = await start(token);
});
afterAll(async () => {
  for (const server of servers) await server.close();
  await hub.close();
  await ticks.close();
  await database.drop();
});

async function start(withToken: string | null, others: Partial<ServerOptions> = {}): Promise<Server> {
  const config = { host: '127.0.0.1', port: 0, token: withToken, landingUrl: '/srv/landing' };
  const { ledger } = yard;
  const queueCounts = async () => ({ waiting: 3 });
  const server = await startServer({
    config,
    hub,
    ledger,
    registry,
    pool: database.pool,
    log: { error: () => {} },
    queueCounts,
    term: () => 1,
    ...others,
  });
  servers.push(server);
  return server;
}

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of all shapes.
  json: any;
}

/** A GET with headers that fetch would not let through (Host). */
function get(path: string, headers: Record<string, string> = {}, server: Server = open): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(new URL(path, server.url), { headers }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (piece) => {
        body += piece;
      });
      response.on('end', () => {
        const isJson = response.headers['content-type']?.includes('json');
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          text: body,
          json: isJson ? JSON.parse(body) : null,
        });
      });
    })
      .on('error', reject)
      .end();
  });
}

describe('the API', () => {
  it('lists files, one file with its chunks, and its rejects', async () => {
    const { file, jobs } = await yard.plan(2);
    await yard.commit(jobs[0], 2);
    const { json: list } = await get('/api/files?state=loading&dataset=trips');
    expect(list.files[0]).toMatchObject({
      fileId: file.fileId,
      chunksCommitted: 1,
      rows: { parsed: 10, rejected: 2 },
    });
    const { json: one } = await get(`/api/files/${file.fileId}`);
    expect(one).toMatchObject({
      name: file.name,
      rejectsByCode: { LF_REJECT_TYPE: 2 },
      layout: { delimiter: ',' },
    });
    expect(one.chunkList.map((chunk: { state: string }) => chunk.state)).toEqual(['committed', 'planned']);
    const { json: rejects } = await get(`/api/files/${file.fileId}/rejects?limit=1`);
    expect(rejects.rejects).toMatchObject([{ line: 1, column: 'region', raw: 'row 0' }]);
  });

  it('answers what is not there, and what does not fit, with a code and a fix', async () => {
    for (const path of [
      '/api/files/999999',
      '/nowhere',
      '/api/datasets/none/queries/x',
      '/assets/../package.json',
    ]) {
      const { status, json } = await get(path);
      expect([path, status, json.code]).toEqual([path, 404, 'LF_HTTP_NOT_FOUND']);
    }
    const { status, json } = await get('/api/files?limit=0&state=lost&colour=red');
    expect(status).toBe(400);
    expect(json.code).toBe('LF_HTTP_REQUEST');
    for (const name of ['limit', 'state', 'colour']) expect(json.message).toContain(name);
    expect(json.fix).toContain('openapi');
    expect((await get('/api/files/seven')).status).toBe(400);
  });

  it('refuses every method but GET in the form of all errors, and says which it accepts', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
      const response = await fetch(new URL('/api/files', open.url), { method });
      expect([method, response.status, response.headers.get('allow')]).toEqual([method, 405, 'GET, HEAD']);
      expect(await response.json()).toMatchObject({ code: 'LF_HTTP_METHOD', fix: expect.any(String) });
    }
  });

  it('says what it is and which datasets there are', async () => {
    expect((await get('/api/about')).json).toMatchObject({
      landing: '/srv/landing',
      role: 'admin',
      datasets: [...builtin.map(({ name }) => name), 'numbers'].sort(),
    });
    const { json } = await get('/api/datasets');
    const trips = json.datasets.find((dataset: { name: string }) => dataset.name === 'trips');
    expect(trips).toMatchObject({ fact: 'star.fact_trip', partitionBy: ['year', 'month'] });
  });

  it('describes itself, each named query with its own parameters', async () => {
    const { json } = await get('/api/openapi.json');
    expect(json.openapi).toMatch(/^3\./);
    expect(Object.keys(json.paths)).toEqual(
      expect.arrayContaining(['/api/files/{id}', '/healthz', '/metrics']),
    );
    const { parameters } = json.paths['/api/datasets/numbers/queries/series'].get;
    expect(parameters).toContainEqual({
      name: 'up_to',
      in: 'query',
      required: true,
      schema: { type: 'integer' },
    });
  });

  it('has metrics from what the hub knows', async () => {
    const watcher = new Watcher(`${open.url.replace('http', 'ws')}/progress`);
    await watcher.until(() => true);
    const { text, headers } = await get('/metrics');
    const { totals } = hub.snapshot().state;
    expect(headers['content-type']).toContain('text/plain');
    expect(text).toContain(`landfall_rows{outcome="loaded"} ${totals.rows.loaded}`);
    expect(text).toContain(`landfall_committed_bytes ${totals.bytesCommitted}`);
    expect(text).toContain('landfall_queue_jobs{state="waiting"} 3');
    expect(text).toContain('landfall_progress_clients 1');
    expect(text).toMatch(/process_resident_memory_bytes \d/);
    await watcher.close();
  });

  it('lives, and is ready while it leads and its servers answer', async () => {
    expect((await get('/healthz')).json).toEqual({ status: 'ok', leading: true });
    const { status, json } = await get('/readyz');
    const checks = { leading: true, database: true, queue: true, definitions: true };
    expect([status, json]).toEqual([200, { status: 'ready', checks }]);
  });

  it('lives on without its queue, and says that it is not ready, and what is wrong', async () => {
    const lost = await start(null, { queueCounts: () => Promise.reject(new Error('the queue is away')) });
    hub.setOutage('test', { with: 'queue', code: 'LF_QUEUE_LOST', message: 'It is away.', fix: 'Start it.' });
    const { status, json } = await get('/healthz', {}, lost);
    expect([status, json]).toEqual([200, { status: 'degraded', leading: true, outages: 1 }]);
    expect(await get('/readyz', {}, lost)).toMatchObject({
      status: 503,
      json: { status: 'unready', checks: { leading: true, database: true, queue: false, definitions: true } },
    });
    const { text } = await get('/metrics', {}, lost);
    expect(text).toMatch(/^landfall_outage_since_seconds{outage="queue",code="LF_QUEUE_LOST"} \d{10}/m);
    expect(text).toContain('landfall_ready{check="queue"} 0');
    expect(text).toContain('landfall_leader 1');
    expect(text).not.toContain('landfall_queue_jobs{');
    hub.setOutage('test', null);
  });

  it('is not ready when it has lost the leadership', async () => {
    const lost = await start(null, { term: () => null });
    expect(await get('/healthz', {}, lost)).toMatchObject({ status: 200, json: { leading: false } });
    expect(await get('/readyz', {}, lost)).toMatchObject({
      status: 503,
      json: { checks: { leading: false } },
    });
    expect((await get('/metrics', {}, lost)).text).toContain('landfall_leader 0');
  });
});

describe('named queries', () => {
  const ask = (query: string) => get(`/api/datasets/numbers/queries/${query}`);

  it('take typed parameters and keep all digits', async () => {
    const { status, text, json } = await ask('series?up_to=2&word=%27%3B%20drop%20table');
    expect(status).toBe(200);
    expect(json).toMatchObject({ rowCount: 2, truncated: false, parameters: { up_to: 2, share: 0.5 } });
    expect(json.rows[1]).toMatchObject({
      n: 2,
      half_more: 3,
      word: "'; drop table",
      day: '2017-11-05',
      at: '2017-11-05T01:30:00+00:00',
    });
    expect(text).toContain('12345678901234567890.5');
  });

  it('name every parameter that is wrong at once', async () => {
    const { status, json } = await ask(
      'series?up_to=two&day=2017-02-30&at=noon&share=much&word=a&word=b&region=x',
    );
    expect(status).toBe(400);
    for (const mistake of [
      'up_to',
      'day',
      'at',
      'share',
      'word is given twice',
      'region is not a parameter',
    ]) {
      expect(json.message).toContain(mistake);
    }
    expect((await ask('series')).json.message).toContain('up_to (integer) is missing');
  });

  it('call a negative limit the mistake of the caller', async () => {
    expect((await ask('first')).json.rowCount).toBe(2);
    const { status, json } = await ask('first?limit=-1');
    expect([status, json.code]).toEqual([400, 'LF_HTTP_REQUEST']);
    expect(json.message).toContain('LIMIT must not be negative');
  });

  it('are cut off at ten thousand rows, and say so', async () => {
    const { json } = await ask('series?up_to=10001');
    expect([json.rowCount, json.rows.length, json.truncated]).toEqual([10_000, 10_000, true]);
  });

  it('cannot write, and explain what went wrong', async () => {
    const writer = await ask('writer');
    expect([writer.status, writer.json.code]).toEqual([500, 'LF_QUERY_FAILED']);
    expect(writer.json.message).toContain('read-only');
    expect((await ask('wrong')).json.message).toContain('division by zero');
    const unloaded = await ask('unloaded');
    expect([unloaded.status, unloaded.json.code]).toEqual([409, 'LF_QUERY_EMPTY']);
  });

  it('are stopped when they take too long, and more than a few wait their turn', async () => {
    const { run } = createQueryRunner(database.pool, { timeoutMs: 50 });
    const { queries } = registry.get('numbers')!;
    const slow = queries.find((query) => query.name === 'slow')!;
    const ask = (query: typeof slow, values: (string | number)[]) =>
      run({ dataset: 'numbers', query, values, page: null });
    const ends = await Promise.all(
      Array.from({ length: 8 }, () => ask(slow, []).catch((error) => error.code)),
    );
    expect(ends).toEqual(Array(8).fill('LF_QUERY_TIMEOUT'));
    const quick = queries.find((query) => query.name === 'series')!;
    expect((await ask(quick, [1, 'a', '2017-01-01', '2017-01-01T00:00:00Z', 1])).rowCount).toBe(1);
  });
});

describe('who may ask', () => {
  it('answers only to names of this machine on a loopback address', async () => {
    for (const host of [
      'evil.example',
      'evil.example:8080',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      'evil.example@localhost',
    ]) {
      const { status, json } = await get('/api/files', { host });
      expect([host, status, json.code]).toEqual([host, 421, 'LF_HTTP_HOST']);
    }
    for (const host of ['localhost', 'localhost:1', '127.0.0.1', '[::1]:80'])
      expect((await get('/api/files', { host })).status).toBe(200);
  });

  it('wants the token, where one is set, for everything but health and the page’s own files', async () => {
    for (const path of ['/', '/api/files', '/api/about', '/metrics', '/api/openapi.json', '/nowhere']) {
      const { status, json, headers } = await get(path, {}, locked);
      expect([path, status, json.code]).toEqual([path, 401, 'LF_HTTP_TOKEN']);
      expect(headers['www-authenticate']).toContain('Bearer');
    }
    for (const path of ['/healthz', '/readyz']) expect((await get(path, {}, locked)).status).toBe(200);
    expect((await get('/assets/landfall.svg', {}, locked)).status).toBe(200);
    expect((await get('/api/files', { authorization: 'Bearer wrong' }, locked)).status).toBe(401);
    expect((await get(`/api/files?token=${encodeURIComponent(token)}`, {}, locked)).status).toBe(200);
  });

  it('takes the token as a Bearer, and shows a browser a form', async () => {
    const plain = await start('plain');
    expect((await get('/api/files', { authorization: 'Bearer plain' }, plain)).status).toBe(200);
    const { status, text } = await get('/', { accept: 'text/html,*/*' }, plain);
    expect(status).toBe(401);
    // It opens the address that was asked for.
    expect(text).toContain('<form method="get">');
  });

  it('turns ?token= into a cookie that opens the page, the API and the socket', async () => {
    const page = await get(`/?token=${encodeURIComponent(token)}`, {}, locked);
    const [cookie] = page.headers['set-cookie'] as string[];
    expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
    expect(cookie).not.toContain(encodeURIComponent(token));
    const sent = cookie.split(';')[0];
    expect((await get('/', { cookie: sent }, locked)).status).toBe(200);
    expect((await get('/api/files', { cookie: sent }, locked)).status).toBe(200);
    expect(await upgrade(locked, '/progress', { headers: { cookie: sent } })).toBe('open');
  });

  it('sends headers that keep other pages out, on every answer', async () => {
    for (const path of ['/', '/api/files', '/nowhere', '/assets/theme.js']) {
      const { headers } = await get(path);
      expect(headers['content-security-policy'], path).toContain("default-src 'none'");
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
  });
});

/** `open`, or the status and code the upgrade was refused with. */
function upgrade(
  server: Server,
  path: string,
  options: { origin?: string; headers?: Record<string, string> } = {},
): Promise<string> {
  return new Promise((resolve) => {
    const socket = new WebSocket(server.url.replace('http', 'ws') + path, options);
    socket.on('open', () => {
      socket.terminate();
      resolve('open');
    });
    socket.on('error', () => {});
    socket.on('unexpected-response', (_request, response) => {
      let body = '';
      response.on('data', (piece) => {
        body += piece;
      });
      response.on('end', () => resolve(`${response.statusCode} ${JSON.parse(body).code}`));
    });
  });
}

describe('the progress socket', () => {
  it('lets in programs, its own page and pages of localhost, and nobody else', async () => {
    expect(await upgrade(open, '/progress')).toBe('open');
    expect(await upgrade(open, '/progress', { origin: open.url })).toBe('open');
    expect(await upgrade(open, '/progress', { origin: 'http://localhost:5173' })).toBe('open');
    for (const origin of ['https://evil.example', 'null', 'http://localhost.evil.example']) {
      expect(await upgrade(open, '/progress', { origin })).toBe('403 LF_HTTP_ORIGIN');
    }
    const rebound = { origin: 'http://evil.example', headers: { host: 'evil.example' } };
    expect(await upgrade(open, '/progress', rebound)).toBe('421 LF_HTTP_HOST');
  });

  it('wants the token where one is set', async () => {
    expect(await upgrade(locked, '/progress')).toBe('401 LF_HTTP_TOKEN');
    expect(await upgrade(locked, '/progress?token=wrong')).toBe('401 LF_HTTP_TOKEN');
    expect(await upgrade(locked, `/progress?token=${encodeURIComponent(token)}`)).toBe('open');
  });

  it('refuses other addresses and half a resume', async () => {
    expect(await upgrade(open, '/other')).toBe('404 LF_HTTP_NOT_FOUND');
    expect(await upgrade(open, '/progress?epoch=a')).toBe('400 LF_HTTP_REQUEST');
    expect(await upgrade(open, '/progress?epoch=a&seq=-1')).toBe('400 LF_HTTP_REQUEST');
  });

  it('does not take long messages, and survives them', async () => {
    const watcher = new Watcher(`${open.url.replace('http', 'ws')}/progress`);
    await watcher.until(() => true);
    const closed = new Promise((resolve) => watcher.socket.once('close', resolve));
    watcher.socket.send('short');
    watcher.socket.send('x'.repeat(2000));
    await closed;
    expect(await upgrade(open, '/progress')).toBe('open');
  });

  it('survives a connection that breaks in the middle of its upgrade', async () => {
    const { hostname, port } = new URL(open.url);
    await new Promise<void>((resolve) => {
      const raw = connect(Number(port), hostname, () => {
        raw.write(
          `GET /progress HTTP/1.1\r\nHost: ${hostname}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n`,
        );
        raw.write('Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n');
        raw.resetAndDestroy();
      });
      raw.on('error', () => {});
      raw.on('close', () => resolve());
    });
    expect(await upgrade(open, '/progress')).toBe('open');
  });
});

describe('starting', () => {
  it('names the port that is taken, and the way out', async () => {
    const port = Number(new URL(open.url).port);
    const config = { host: '127.0.0.1', port, token: null, landingUrl: '' };
    const second = startServer({
      config,
      hub,
      ledger: yard.ledger,
      registry,
      pool: database.pool,
      log: { error: () => {} },
    });
    await expect(second).rejects.toMatchObject({
      code: 'LF_HTTP_PORT',
      fix: expect.stringContaining('--port'),
    });
  });
});
