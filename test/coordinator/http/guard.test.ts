/** What no route has to care about: broken requests, methods, tokens, roles. On a port, because Node answers some itself. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { notFound } from '../../../coordinator/http/answers.ts';
import { guardedApp } from '../../../coordinator/http/guard.ts';
import { type Listener, listenOn } from '../../../coordinator/http/listener.ts';
import { parse } from '../../../coordinator/http/parse.ts';
import { createGate } from '../../../coordinator/http/security.ts';

let listener: Listener;
let app: ReturnType<typeof guardedApp>;
const logged: string[] = [];
beforeAll(async () => {
  const tokens = [
    { name: 'wall', role: 'view', token: 'looks' },
    { name: 'ann', role: 'operate', token: 'acts' },
  ] as const;
  const config = { host: '127.0.0.1', port: 0, token: 'all' };
  const gate = createGate({ ...config, tokens });
  const log = { error: (_details: object, message: string) => void logged.push(message) };
  app = guardedApp({ gate, log, otherwise: notFound });
  app.get('/', () => 'page');
  app.get('/api/thing', (request) => {
    const limit = z.coerce.number().int().min(1).max(9).optional();
    return {
      who: request.who,
      ...parse(z.strictObject({ limit, token: z.string().optional() }), request.query),
    };
  });
  app.post('/api/thing/:id/act', { config: { role: 'operate' } }, (request) => ({ who: request.who }));
  app.put('/api/thing', { config: { role: 'admin' } }, (request) => ({ who: request.who }));
  await app.ready();
  listener = await listenOn(config, {
    request: (request, response) => app.routing(request, response),
    upgrade: (_request, socket) => socket.destroy(),
  });
});
afterAll(async () => {
  await listener.close();
  await app.close();
});

/** Sends bytes as they are, and returns status and body. */
async function raw(text: string): Promise<{ status: number; head: string; body: string }> {
  const { hostname, port } = new URL(listener.url);
  const socket = connect(Number(port), hostname);
  const pieces: Buffer[] = [];
  socket.on('data', (piece) => pieces.push(piece));
  socket.on('error', () => {});
  socket.write(text);
  await once(socket, 'close');
  const [head, body = ''] = Buffer.concat(pieces).toString('utf8').split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), head, body };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const at = (path: string, init: RequestInit = {}) =>
  fetch(new URL(path, listener.url), { redirect: 'manual', ...init });
const ended = 'Host: localhost\r\nAuthorization: Bearer all\r\nConnection: close\r\n\r\n';
const form = { code: expect.stringMatching(/^LF_/), message: expect.any(String), fix: expect.any(String) };

describe('a request that cannot be read', () => {
  it.each([
    ['is not HTTP', 'hello\r\n\r\n', 400, 'it is not HTTP'],
    ['has a broken address', `GET /%zz HTTP/1.1\r\n${ended}`, 400, 'percent sign'],
    ['has headers without end', `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n${ended}`, 431, '16 KiB'],
    ['has an address without end', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\n${ended}`, 431, '16 KiB'],
    ['is for nothing', `GET // HTTP/1.1\r\n${ended}`, 404, 'nothing at //'],
    ['climbs', `GET /../../etc/passwd HTTP/1.1\r\n${ended}`, 404, 'nothing at'],
    ['is for everything', `OPTIONS * HTTP/1.1\r\n${ended}`, 404, 'nothing at *'],
  ])('because it %s, is answered in the form of all errors', async (_what, text, status, words) => {
    const answer = await raw(text);
    const error = JSON.parse(answer.body);
    expect([answer.status, error]).toEqual([status, form]);
    expect(error.message).toContain(words);
    expect(answer.head.toLowerCase()).toContain('x-content-type-options: nosniff');
  });

  it('because of its body, says so in words', async () => {
    const post = (body: string, type = 'application/json') =>
      at('/api/thing/1/act', { method: 'POST', body, headers: { ...bearer('all'), 'content-type': type } });
    for (const [answer, status, words] of [
      [await post('{"a":'), 400, 'its body is not JSON'],
      [await post(''), 400, 'and has none'],
      [await post('<a/>', 'text/xml'), 415, 'content-type'],
      [await post(`"${'x'.repeat(70_000)}"`), 413, 'longer than'],
    ] as const) {
      const error = (await answer.json()) as { message: string };
      expect([answer.status, error]).toEqual([status, form]);
      expect(error.message).toContain(words);
    }
  });

  it('because of its parameters, names all of them in words', async () => {
    const answer = await at('/api/thing?limit=0&colour=red', { headers: bearer('all') });
    expect(await answer.json()).toMatchObject({
      message: 'Invalid request: limit must be at least 1; this address has no colour',
    });
    expect(
      ((await (await at('/api/thing?limit=x', { headers: bearer('all') })).json()) as Error).message,
    ).toContain('limit must be a number');
  });

  it('is not logged as a fault of the server', () => {
    expect(logged).toEqual([]);
  });
});

it('an address says which methods it has, with parameters and without', async () => {
  for (const [path, method, allow] of [
    ['/api/thing', 'DELETE', 'GET, HEAD, PUT'],
    ['/api/thing/7/act', 'GET', 'POST'],
  ]) {
    const answer = await at(path, { method, headers: bearer('all') });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
    expect(await answer.json()).toEqual({ ...form, code: 'LF_HTTP_METHOD' });
  }
  expect((await at('/api/nothing', { method: 'POST', headers: bearer('all') })).status).toBe(404);
});

describe('a token in the address', () => {
  it('becomes a cookie and leaves the address bar', async () => {
    const answer = await at('/?token=acts&view=files', { headers: { accept: 'text/html' } });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/?view=files']);
    const cookie = answer.headers.get('set-cookie')!;
    expect(cookie).toMatch(/^landfall_0=[0-9a-f]{64}; HttpOnly; SameSite=Strict; Path=\/$/);
    const headers = { cookie: cookie.split(';')[0] };
    expect(await (await at('/api/thing', { headers })).json()).toEqual({
      who: { name: 'ann', role: 'operate' },
    });
    const acted = await at('/api/thing/1/act', {
      method: 'POST',
      headers: { ...headers, origin: listener.url },
    });
    expect(await acted.json()).toEqual({ who: { name: 'ann', role: 'operate' } });
  });

  it('is for reading, and stays for a program that reads', async () => {
    const read = await at('/api/thing?token=looks');
    expect([read.status, await read.json()]).toEqual([
      200,
      { who: { name: 'wall', role: 'view' }, token: 'looks' },
    ]);
    expect((await at('/api/thing/1/act?token=acts', { method: 'POST' })).status).toBe(401);
  });

  it('that is wrong gets no cookie', async () => {
    const answer = await at('/?token=guess', { headers: { accept: 'text/html' } });
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([401, null]);
  });
});

it.each([
  ['looks', [200, 403, 403]],
  ['acts', [200, 200, 403]],
  ['all', [200, 200, 200]],
  ['guess', [401, 401, 401]],
])('a token %s may do what its role allows: %j', async (token, allowed) => {
  const headers = bearer(token);
  const statuses = [
    (await at('/api/thing', { headers })).status,
    (await at('/api/thing/1/act', { method: 'POST', headers })).status,
    (await at('/api/thing', { method: 'PUT', headers })).status,
  ];
  expect(statuses).toEqual(allowed);
});

it('a crowd of connections that send nothing does not keep others out', async () => {
  const { hostname, port } = new URL(listener.url);
  const crowd = Array.from({ length: 300 }, () => connect(Number(port), hostname).on('error', () => {}));
  await Promise.all(crowd.map((socket) => once(socket, 'connect')));
  for (const socket of crowd) socket.write('POST /api/thing/1/act HTTP/1.1\r\nHost: localhost\r\nContent-');
  expect((await at('/api/thing', { headers: bearer('all') })).status).toBe(200);
  for (const socket of crowd) socket.destroy();
});
