/** The soak's network loses time, not bytes. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createConnection, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Link } from '../../../soak/site/link.ts';

it('keeps the order of pieces when it heals while one is late', async () => {
  let received = '';
  const server = createServer((socket) => socket.on('data', (piece) => (received += piece)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const link = new Link('test', () => (server.address() as AddressInfo).port);
  await link.open();
  const client = createConnection({ port: link.port, host: '127.0.0.1', noDelay: true });
  await once(client, 'connect');
  link.slow(200);
  client.write('first ');
  await delay(50);
  await link.heal();
  client.write('second ');
  await delay(50);
  client.end('third');
  await expect.poll(() => received, { timeout: 10_000 }).toBe('first second third');
  client.destroy();
  await link.close();
  server.close();
});
