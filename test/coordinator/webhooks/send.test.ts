import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { send, testEndpoint } from '../../../coordinator/webhooks/send.ts';
import { endpointOf, openReceiver, type Receiver } from './receiver.ts';

const told = { event: 'dataset.late', createdAt: new Date(0), data: { dataset: 'a', due: 'noon' } } as const;
const { signal } = new AbortController();
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function open(): Promise<Receiver> {
  const receiver = await openReceiver();
  closers.push(() => receiver.close());
  return receiver;
}

it('an answer without an end is read to its bound, and one that stays away is waited for so long', async () => {
  let written = 0;
  const server = createServer((request, response) => {
    if (request.url === '/silent') return;
    response.writeHead(200);
    // Slow, and a megabyte where somebody reads.
    const timer = setInterval(() => {
      const piece = 'x'.repeat(request.url === '/slow' ? 1 : 65_536);
      written += piece.length;
      response.write(piece);
    }, 5);
    response.on('close', () => clearInterval(timer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sent = (path: string, withinMs?: number) =>
    send(endpointOf({ url: `${url}${path}` }), { id: 'm', told, signal, withinMs });
  expect(await sent('/endless')).toMatchObject({ state: 'delivered', status: 200, answer: 'x'.repeat(1000) });
  expect(written).toBeLessThan(20_000_000);
  expect(await sent('/slow', 300)).toMatchObject({
    state: 'delivered',
    answer: expect.stringMatching(/^x+$/),
  });
  const { state, status, answer } = await sent('/silent', 100);
  expect([state, status, answer]).toEqual(['waiting', null, 'no answer within 0.1 s']);
});

it('a redirect is not followed, and says where it leads', async () => {
  const [from, to] = [await open(), await open()];
  from.answer = (response) => response.writeHead(307, { location: to.url }).end('moved');
  const { state, status, answer } = await send(endpointOf(from), { id: 'm', told, signal });
  expect([state, status, answer]).toEqual([
    'failed',
    307,
    `It redirects to ${to.url}, which is not followed.`,
  ]);
  expect(to.received).toEqual([]);
});

it.each([
  [200, 'delivered'],
  [204, 'delivered'],
  [304, 'failed'],
  [400, 'failed'],
  [404, 'failed'],
  [408, 'waiting'],
  [410, 'failed'],
  [429, 'waiting'],
  [500, 'waiting'],
  [503, 'waiting'],
])('the status %i: %s', async (given, expected) => {
  const receiver = await open();
  receiver.answer = (response) => response.writeHead(given).end();
  const { state, status } = await send(endpointOf(receiver), { id: 'm', told, signal });
  expect([state, status]).toEqual([expected, given]);
});

it('nobody, a name without an address and a port that nobody may ask are reasons to try again', async () => {
  for (const url of ['http://127.0.0.1:1/', 'http://no-such-host.invalid/', 'http://127.0.0.1:6000/']) {
    const { state, status, answer } = await send(endpointOf({ url }), { id: 'm', told, signal });
    expect([state, status]).toEqual(['waiting', null]);
    expect(answer).not.toBe('');
  }
});

it('a test says that it is one, and each has an id of its own', async () => {
  const receiver = await open();
  expect(await testEndpoint(endpointOf(receiver))).toMatchObject({ state: 'delivered' });
  await testEndpoint(endpointOf(receiver, { format: 'slack', secrets: [] }));
  const [first, second] = receiver.received;
  expect(first.body).toMatchObject({ type: 'webhook.test', data: { endpoint: 'ops' } });
  expect(second.body).toEqual({ text: first.body.text });
  expect(second.headers).not.toHaveProperty('webhook-signature');
  expect(first.headers['webhook-id']).not.toBe(second.headers['webhook-id']);
});
