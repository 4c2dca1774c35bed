/** The lock of a scope: kept through a broken network, given up to another coordinator. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Leadership, takeLeadership } from '../../../coordinator/lifecycle/leadership.ts';
import { Link } from '../../../soak/site/link.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';

let database: TestDatabase;
let link: Link;
const locks: Leadership[] = [];
beforeEach(async () => {
  database = await testDatabase();
  link = new Link('to the test database', () => Number(new URL(database.url).port));
  await link.open();
});
afterEach(async () => {
  for (const lock of locks.splice(0)) await lock.close();
  await link.close();
  await database.drop();
});

function through({ port }: Link): string {
  const url = new URL(database.url);
  url.port = String(port);
  return url.href;
}

async function held(url: string) {
  const events = { onOutage: vi.fn(), onRecovered: vi.fn(), onTaken: vi.fn() };
  locks.push(await takeLeadership(url, 'pool', events));
  return events;
}

const inTime = { timeout: 20_000 };

it('is held again after a cut of which the server has not heard', async () => {
  const events = await held(through(link));
  link.halfOpen();
  await vi.waitFor(() => expect(events.onRecovered).toHaveBeenCalledOnce(), inTime);
  expect(events.onTaken).not.toHaveBeenCalled();
  await expect(held(database.url)).rejects.toMatchObject({ code: 'LF_COORDINATOR_RUNNING' });
});

it('is lost to a coordinator that came while the network was away', async () => {
  const events = await held(through(link));
  link.refuse();
  link.cut();
  await held(database.url);
  await link.open();
  await vi.waitFor(() => expect(events.onTaken).toHaveBeenCalledOnce(), inTime);
  expect(events.onTaken.mock.calls[0][0]).toMatchObject({ code: 'LF_COORDINATOR_RUNNING' });
  expect(events.onRecovered).not.toHaveBeenCalled();
});
