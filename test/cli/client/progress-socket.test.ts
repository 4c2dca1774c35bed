/** How a client of a coordinator elsewhere goes on after a break, and when it gives up. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { socketSource } from '../../../cli/client/progress-socket.ts';
import { createGate } from '../../../coordinator/http/security.ts';
import { createSocketServer } from '../../../coordinator/http/socket.ts';
import { snapshotOf } from '../../dashboard/scripted.ts';

/** Longer than a client waits before it tries again. */
const untilNextTryMs = 1200;

interface Coordinator {
  readonly port: number;
  /** Connections that it was asked for. */
  asked: number;
  close(): Promise<void>;
}

let stop: () => void;
let current: Coordinator;
/** What the client was told, oldest first. */
let heard: string[];
beforeEach(() => {
  heard = [];
});
afterEach(async () => {
  stop();
  await current.close();
});

/** The socket of a coordinator with this token, on a port of its own or on that of one before. */
async function coordinator(token: string | null, port = 0, answers?: number): Promise<Coordinator> {
  const hub = {
    attach: (client: { send(text: string): void }) => client.send(JSON.stringify(snapshotOf({}))),
  };
  const gate = createGate({ host: '127.0.0.1', port: 0, token });
  const sockets = createSocketServer({ hub: hub as never, gate });
  const http: Server = createServer();
  http.on('upgrade', (request, socket, head) => {
    one.asked += 1;
    if (answers === undefined) sockets.upgrade(request, socket, head);
    else socket.end(`HTTP/1.1 ${answers} No\r\nconnection: close\r\n\r\n`);
  });
  http.listen(port, '127.0.0.1');
  await once(http, 'listening');
  const one: Coordinator = {
    port: (http.address() as AddressInfo).port,
    asked: 0,
    async close() {
      sockets.close();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  current = one;
  return one;
}

function follow({ port }: Coordinator, token: string | null): void {
  const source = socketSource({
    ...{ url: `ws://127.0.0.1:${port}/progress`, token },
    onError: () => void heard.push('away'),
    onOpen: () => void heard.push('open'),
    onRefused: ({ code, message }) => void heard.push(`${code} ${message.replace(/^.*progress /, '')}`),
  });
  stop = source.subscribe(({ type }) => void heard.push(type));
}

it.each([
  [null, 'LF_WATCH_TOKEN requires a token.'],
  ['old', 'LF_WATCH_TOKEN does not know this token.'],
])('with the token %s it ends where a coordinator comes back that wants another', async (token, refusal) => {
  const before = await coordinator(token);
  follow(before, token);
  await expect.poll(() => heard).toEqual(['open', 'snapshot']);
  await before.close();
  const after = await coordinator('new', before.port);
  await expect.poll(() => heard.at(-1), { timeout: 20_000 }).toBe(refusal);
  // A token does not become right by trying it again.
  await delay(untilNextTryMs);
  expect([after.asked, heard.at(-1)]).toEqual([1, refusal]);
});

it('goes on through an answer that will pass, and a connection that is cut', async () => {
  const starting = await coordinator(null, 0, 503);
  follow(starting, null);
  await expect.poll(() => heard).toContain('away');
  await starting.close();
  const first = await coordinator(null, starting.port);
  await expect.poll(() => heard.slice(-2), { timeout: 20_000 }).toEqual(['open', 'snapshot']);
  await first.close();
  await coordinator(null, starting.port);
  await expect.poll(() => heard.filter((what) => what === 'snapshot').length, { timeout: 20_000 }).toBe(2);
  expect(heard.filter((what) => what.startsWith('LF_'))).toEqual([]);
});
