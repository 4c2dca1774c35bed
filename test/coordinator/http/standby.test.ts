/** What a coordinator answers before it leads, what it sends on to the leader, and how it hands its port over. */
import { once } from 'node:events';
import { request as ask, createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { startStandbyServer } from '../../../coordinator/http/standby.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function standby(token: string | null = null) {
  const config = { host: '127.0.0.1', port: 0, token };
  const server = await startStandbyServer({ config, log: { error: () => {} } });
  closers.push(() => server.listener.close());
  return server;
}

async function asked(url: string, path: string, headers: Record<string, string> = {}) {
  const response = await fetch(url + path, { headers });
  const text = await response.text();
  return { status: response.status, text, json: text.startsWith('{') ? JSON.parse(text) : null };
}

it('lives, is not ready, and has the metrics of its process', async () => {
  const { url } = (await standby()).listener;
  expect(await asked(url, '/healthz')).toMatchObject({ status: 200, json: { status: 'ok', leading: false } });
  expect(await asked(url, '/readyz')).toMatchObject({
    status: 503,
    json: { status: 'unready', checks: { leading: false } },
  });
  const { text } = await asked(url, '/metrics');
  expect(text).toContain('landfall_leader 0');
  expect(text).toMatch(/^landfall_build_info{version="\d/m);
  expect(text).toContain('process_resident_memory_bytes');
  // What it does not know is not 0.
  expect(text).not.toMatch(/^landfall_(term |workers|files)/m);
});

it('says who leads to those who have the token', async () => {
  const { listener, led } = await standby('secret');
  led(new LandfallError('LF_COORDINATOR_RUNNING', { scope: 'pool', where: ', on one' }));
  const authorization = 'Bearer secret';
  for (const path of ['/', '/api/files', '/metric'])
    expect(await asked(listener.url, path, { authorization })).toMatchObject({
      status: 503,
      json: { code: 'LF_HTTP_STANDBY', message: expect.stringContaining('on one') },
    });
  for (const path of ['/', '/metrics'])
    expect(await asked(listener.url, path)).toMatchObject({ status: 401, json: { code: 'LF_HTTP_TOKEN' } });
  expect((await asked(listener.url, '/healthz')).status).toBe(200);
  const refused = (token: string) =>
    new Promise((resolve) => {
      const socket = new WebSocket(`${listener.url.replace('http', 'ws')}/progress?token=${token}`);
      socket.on('error', () => {});
      socket.on('unexpected-response', (_, response) => resolve(response.statusCode));
    });
  expect([await refused('secret'), await refused('wrong')]).toEqual([503, 401]);
});

it('hands over its port while it is open', async () => {
  const { listener } = await standby();
  const upgrade = vi.fn((_request, socket) => socket.destroy());
  listener.handOver({ request: (_request, response) => response.end('the page'), upgrade });
  expect(await asked(listener.url, '/')).toMatchObject({ status: 200, text: 'the page' });
  await new Promise((resolve) => new WebSocket(listener.url.replace('http', 'ws')).on('error', resolve));
  expect(upgrade).toHaveBeenCalledOnce();
});

it('needs a port of its own', async () => {
  const { listener } = await standby();
  const config = { host: '127.0.0.1', port: Number(new URL(listener.url).port), token: null };
  const second = startStandbyServer({ config, log: { error: () => {} } });
  await expect(second).rejects.toMatchObject({ code: 'LF_HTTP_PORT' });
});

describe('with a leader', () => {
  /** Says what it was asked, and sends back what its sockets send. */
  async function leader() {
    const asked: IncomingMessage[] = [];
    const server = createServer(async (request, response) => {
      asked.push(request);
      const body = await textOf(request);
      response.writeHead(201, { 'set-cookie': 'a=b; HttpOnly', 'content-type': 'text/plain' });
      response.end(`${request.method} ${request.url} ${request.headers.authorization} ${body}`);
    });
    const sockets = new WebSocketServer({ server });
    sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(`back: ${data}`)));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const close = async () => {
      server.closeAllConnections();
      for (const socket of sockets.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    };
    closers.push(async () => void (server.listening && (await close())));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, close };
  }
  const socketTo = async (url: string) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/progress`);
    await once(socket, 'open');
    return socket;
  };

  it('sends on what it is asked: path, headers, body and answer', async () => {
    const [{ listener, sendTo }, { url, asked: seen }] = [await standby('secret'), await leader()];
    sendTo(url);
    const body = 'x'.repeat(3_000_000);
    const response = await fetch(`${listener.url}/api/files?name=a%20b`, {
      method: 'POST',
      headers: { authorization: 'Bearer secret' },
      body,
    });
    expect(response.status).toBe(201);
    expect(response.headers.get('set-cookie')).toBe('a=b; HttpOnly');
    expect(await response.text()).toBe(`POST /api/files?name=a%20b Bearer secret ${body}`);
    // The leader sees the host that was asked, and checks the token: this one has not.
    expect(seen[0].headers.host).toBe(new URL(listener.url).host);
    expect((await asked(listener.url, '/')).status).toBe(201);
  });

  it('sends sockets on', async () => {
    const [{ listener, sendTo }, { url }] = [await standby('secret'), await leader()];
    sendTo(url);
    const socket = await socketTo(listener.url);
    socket.send('here');
    const [data] = await once(socket, 'message');
    expect(String(data)).toBe('back: here');
    socket.terminate();
  });

  it('answers itself what is about its own process, and what another one has sent on', async () => {
    const [first, second, { asked: seen }] = [await standby(), await standby(), await leader()];
    first.sendTo(second.listener.url);
    second.sendTo(first.listener.url);
    expect(await asked(first.listener.url, '/healthz')).toMatchObject({ json: { leading: false } });
    expect((await asked(first.listener.url, '/metrics')).text).toContain('landfall_leader 0');
    expect(await asked(first.listener.url, '/')).toMatchObject({
      status: 503,
      json: { code: 'LF_HTTP_STANDBY' },
    });
    expect(seen).toEqual([]);
  });

  it('that is gone says so, to requests and to sockets', async () => {
    const [{ listener, sendTo, led }, { url, close }] = [await standby(), await leader()];
    await close();
    sendTo(url);
    led(new LandfallError('LF_COORDINATOR_RUNNING', { scope: 'pool', where: ', on one' }));
    const gone = {
      status: 503,
      json: { code: 'LF_HTTP_STANDBY', message: expect.stringContaining('on one') },
    };
    expect(await asked(listener.url, '/api/files')).toMatchObject(gone);
    const socket = new WebSocket(`${listener.url.replace('http', 'ws')}/progress`);
    socket.on('error', () => {});
    const [, response] = await once(socket, 'unexpected-response');
    expect(response.statusCode).toBe(503);
  });

  it('sends nothing on that a page made up its address for', async () => {
    const [{ listener, sendTo }, { url, asked: seen }] = [await standby(), await leader()];
    sendTo(url);
    const { port } = new URL(listener.url);
    const request = ask({ port, path: '/', headers: { host: 'evil.example' } }).end();
    const [response] = await once(request, 'response');
    expect(response.statusCode).toBe(421);
    expect(seen).toEqual([]);
  });

  it('ends its sockets when it leads itself', async () => {
    const [{ listener, sendTo }, { url }] = [await standby(), await leader()];
    sendTo(url);
    const socket = await socketTo(listener.url);
    listener.handOver({ request: (_request, response) => response.end(), upgrade: () => {} });
    await once(socket, 'close');
  });
});
