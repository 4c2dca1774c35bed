/** Against a server that answers as the agent of ECS does. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { TaskProtection } from '../../workers/task-protection.ts';

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
  return new TaskProtection(`http://127.0.0.1:${port}/api/x`, pool, log, () => now);
};

it('protects a task with a chunk in flight, again before that ends, and lets go once it is idle', async () => {
  const protection = follow();
  const looksAt = async (time: number) => {
    now = time;
    await protection.look();
    return asked.length;
  };
  expect(await looksAt(0)).toBe(0);
  isBusy = true;
  expect(await looksAt(0)).toBe(1);
  expect(await looksAt(299_000)).toBe(1);
  expect(await looksAt(300_000)).toBe(2);
  isBusy = false;
  expect(await looksAt(314_000)).toBe(2);
  expect(await looksAt(316_000)).toBe(3);
  expect(await looksAt(900_000)).toBe(3);
  await protection.end();
  expect(asked).toEqual([on, on, off]);
  expect(log.warn).not.toHaveBeenCalled();
});

it('asks once at a time, and lets go when it ends', async () => {
  isBusy = true;
  const protection = follow();
  void protection.look();
  await protection.look();
  expect(asked).toEqual([on]);
  await protection.end();
  expect(asked).toEqual([on, off]);
});

it('says once that the agent refuses, and asks again half a minute later', async () => {
  refuses = true;
  isBusy = true;
  const protection = follow();
  await protection.look();
  now = 29_000;
  await protection.look();
  expect(asked).toEqual([on]);
  now = 31_000;
  await protection.look();
  expect(asked).toEqual([on, on]);
  expect(log.warn).toHaveBeenCalledOnce();
  expect(String(log.warn.mock.calls[0]![0].err)).toContain('DEPLOYMENT_BLOCKED');
  refuses = false;
  now = 62_000;
  await protection.look();
  await protection.end();
  expect(asked).toEqual([on, on, on, off]);
});
