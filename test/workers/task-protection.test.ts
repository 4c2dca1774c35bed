/** Against a server that answers as the agent of ECS does. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { protectTask } from '../../workers/task-protection.ts';

const asked: object[] = [];
const failure = JSON.stringify({ failure: { Arn: 'task', Reason: 'DEPLOYMENT_BLOCKED' } });
let refuses = false;
const agent = createServer(async (request, response) => {
  let body = '';
  for await (const part of request) body += part;
  asked.push({ call: `${request.method} ${request.url}`, ...JSON.parse(body) });
  response.end(refuses ? failure : JSON.stringify({ protection: { ProtectionEnabled: true } }));
});
beforeAll(() => new Promise<void>((resolve) => void agent.listen(0, '127.0.0.1', resolve)));
afterAll(() => new Promise((resolve) => agent.close(resolve)));

const call = 'PUT /api/x/task-protection/v1/state';
const on = { call, ProtectionEnabled: true, ExpiresInMinutes: 10 };
const off = { call, ProtectionEnabled: false };

let now = 0;
let isBusy = false;
let log = { warn: vi.fn() };
beforeEach(() => {
  asked.length = 0;
  now = 0;
  isBusy = false;
  refuses = false;
  log = { warn: vi.fn() };
});

const follow = () => {
  const { port } = agent.address() as AddressInfo;
  const pool = { isBusy: () => isBusy };
  return protectTask(`http://127.0.0.1:${port}/api/x`, pool, { log, everyMs: 2, clock: () => now });
};
/** Long enough for some looks and for an answer. */
const looks = () => new Promise((resolve) => setTimeout(resolve, 40));
const askedIs = (calls: object[]) => vi.waitFor(() => expect(asked).toEqual(calls));

it('protects a task with a chunk in flight, again before that ends, and lets go once it is idle', async () => {
  const stop = follow();
  await looks();
  expect(asked).toEqual([]);
  isBusy = true;
  await askedIs([on]);
  now = 4 * 60_000;
  await looks();
  expect(asked).toEqual([on]);
  now = 5 * 60_000;
  await askedIs([on, on]);
  isBusy = false;
  now += 14_000;
  await looks();
  expect(asked).toEqual([on, on]);
  now += 2_000;
  await askedIs([on, on, off]);
  await looks();
  await stop();
  expect(asked).toEqual([on, on, off]);
  expect(log.warn).not.toHaveBeenCalled();
});

it('lets go when it stops', async () => {
  isBusy = true;
  const stop = follow();
  await askedIs([on]);
  await stop();
  expect(asked).toEqual([on, off]);
});

it('says once that the agent refuses, and asks again half a minute later', async () => {
  refuses = true;
  isBusy = true;
  const stop = follow();
  await askedIs([on]);
  await looks();
  now = 29_000;
  await looks();
  expect(asked).toEqual([on]);
  now = 31_000;
  await askedIs([on, on]);
  expect(log.warn).toHaveBeenCalledOnce();
  expect(String(log.warn.mock.calls[0]![0].err)).toContain('DEPLOYMENT_BLOCKED');
  refuses = false;
  now = 62_000;
  await askedIs([on, on, on]);
  await stop();
  expect(asked).toEqual([on, on, on, off]);
});
