/** The lock of a scope: kept through a broken network, given up to another coordinator, whose term fences this one. */
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Leadership, takeLeadership } from '../../../coordinator/lifecycle/leadership.ts';
import { afterTerm } from '../../../ledger/tables/scopes.ts';
import { connectDatabase } from '../../../platform/database/database.ts';
import { namedPool } from '../../../platform/database/named.ts';
import { Link } from '../../../soak/site/link.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';

let database: TestDatabase;
let link: Link;
const locks: Leadership[] = [];
const pools: pg.Pool[] = [];
beforeEach(async () => {
  database = await testDatabase();
  link = new Link('to the test database', () => Number(new URL(database.url).port));
  await link.open();
});
afterEach(async () => {
  for (const lock of locks.splice(0)) await lock.close();
  for (const pool of pools.splice(0)) await pool.end();
  await link.close();
  await database.drop();
});

function through({ port }: Link): string {
  const url = new URL(database.url);
  url.port = String(port);
  return url.href;
}

const noted = () => ({ onOutage: vi.fn(), onRecovered: vi.fn(), onTaken: vi.fn() });

async function held(url: string, scope = 'pool') {
  const events = noted();
  const lock = await takeLeadership(url, scope, events);
  locks.push(lock);
  return { ...events, lock };
}

/** A pool in which the leader works. */
function workingPool({ lock }: { lock: Leadership }, url = database.url): pg.Pool {
  const { pool } = connectDatabase(url);
  pools.push(pool);
  namedPool(pool).openWith(lock.opening);
  return pool;
}

const termOf = async (scope = 'pool') =>
  (await database.pool.query('select term from landfall.leader where scope = $1', [scope])).rows[0]?.term;
const planned = `insert into landfall.schedule (dataset, source, since) values ('orders', 'api', now())`;

const waiting = `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;

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

describe('a term', () => {
  it('is kept by a coordinator that has only lost its connection', async () => {
    const events = await held(through(link));
    link.cut();
    await vi.waitFor(() => expect(events.onRecovered).toHaveBeenCalledOnce(), inTime);
    expect(await termOf()).toBe(1);
    await workingPool(events).query(planned);
  });

  it('ends the sessions of the one before, with what they had not committed', async () => {
    const old = await held(through(link));
    const pool = workingPool(old);
    const client = await pool.connect();
    await client.query('begin');
    await client.query(planned);
    link.refuse();
    link.cut();
    const next = await held(database.url);
    expect(await termOf()).toBe(2);
    await expect(client.query('commit')).rejects.toMatchObject({ code: 'LF_DATABASE_LOST' });
    client.release(true);
    await expect(pool.query('select 1')).rejects.toMatchObject({ code: 'LF_COORDINATOR_REPLACED' });
    expect((await database.pool.query('select from landfall.schedule')).rowCount).toBe(0);
    await workingPool(next).query(planned);
  });

  it.each([
    ['schedules', planned],
    ['plans and ends', `update landfall.file set state = 'failed'`],
    ['finds', 'update landfall.scan set number = number'],
    ['fetches', `delete from landfall.run`],
    ['moves', `delete from landfall.source`],
  ])('that is over %s nothing, in a session that nobody has ended either', async (_, statement) => {
    const old = await held(through(link));
    const client = await workingPool(old).connect();
    // As if it belonged to another role, whose sessions the new leader may not end.
    await client.query(`set application_name = 'other'`);
    await client.query(statement);
    link.refuse();
    link.cut();
    await held(database.url);
    await expect(client.query(statement)).rejects.toMatchObject({ code: 'LF_COORDINATOR_REPLACED' });
    client.release();
  });

  it('begins after the transactions of the one before', async () => {
    const old = await held(through(link));
    const client = await workingPool(old).connect();
    await client.query(`set application_name = 'other'`);
    await client.query('begin');
    await client.query(planned);
    link.refuse();
    link.cut();
    let begun = false;
    const next = held(database.url).then(() => {
      begun = true;
    });
    await vi.waitFor(async () => {
      expect((await database.pool.query(waiting)).rowCount).toBe(1);
    }, inTime);
    expect(begun).toBe(false);
    await client.query('commit');
    client.release();
    await next;
    expect((await database.pool.query('select from landfall.schedule')).rowCount).toBe(1);
  });

  it('is not asked of workers and commands', async () => {
    await held(database.url);
    await database.pool.query(planned);
  });

  it('leaves the sessions alone of a coordinator that has closed in good order', async () => {
    const old = await held(database.url);
    const pool = workingPool(old);
    await Promise.all([pool.query(planned), pool.query('select 1')]);
    const { idleCount } = pool;
    expect(idleCount).toBeGreaterThan(0);
    await namedPool(pool).reopenWith(afterTerm);
    await old.lock.close();
    await held(database.url);
    expect(pool.idleCount).toBe(idleCount);
    const { rows } = await pool.query(`select current_setting('application_name') as name`);
    expect(rows).toEqual([{ name: 'landfall' }]);
    await pool.query('delete from landfall.schedule');
  });

  it('of a command is forgotten with it', async () => {
    const { lock } = await held(database.url, 'ingest-1');
    expect(await termOf('ingest-1')).toBe(1);
    await lock.close();
    expect(await termOf('ingest-1')).toBeUndefined();
  });
});

describe('where the page is served', () => {
  const urlNow = async () =>
    (await database.pool.query(`select url from landfall.leader where scope = 'pool'`)).rows[0].url;

  it.each([
    ['127.0.0.1', 'http://127.0.0.1:8080'],
    ['10.1.2.3', 'http://10.1.2.3:8080'],
    ['::1', 'http://[::1]:8080'],
    // The host talks to its database from here.
    ['0.0.0.0', 'http://127.0.0.1:8080'],
    ['::', 'http://127.0.0.1:8080'],
  ])('on %s is %s for others', async (host, url) => {
    const { lock } = await held(database.url);
    await lock.announce({ host, port: 8080 });
    expect(await urlNow()).toBe(url);
  });

  it('is told to those that stand by, as soon as they ask and when there is another leader', async () => {
    const { lock } = await held(database.url);
    await lock.announce({ host: '10.1.2.3', port: 8080 });
    const stop = new AbortController();
    const onLeader = vi.fn();
    const standby = { signal: stop.signal, onWaiting: () => {}, onLeader };
    const waitingFor = takeLeadership(database.url, 'pool', noted(), standby);
    await vi.waitFor(() => expect(onLeader).toHaveBeenCalledWith('http://10.1.2.3:8080'), inTime);
    stop.abort(new Error('stopped'));
    await expect(waitingFor).rejects.toThrow('stopped');
    await lock.close();
    await held(database.url);
    expect(await urlNow()).toBeNull();
  });

  it('is told again after an outage', async () => {
    const { lock, onRecovered } = await held(through(link));
    link.refuse();
    link.cut();
    await lock.announce({ host: '10.1.2.3', port: 8080 });
    expect(await urlNow()).toBeNull();
    await link.open();
    await vi.waitFor(() => expect(onRecovered).toHaveBeenCalledOnce(), inTime);
    expect(await urlNow()).toBe('http://10.1.2.3:8080');
  });
});

describe('a standby', () => {
  const standingBy = (url: string) => {
    const onWaiting = vi.fn();
    const stop = new AbortController();
    const leading = takeLeadership(url, 'pool', noted(), { signal: stop.signal, onWaiting });
    leading.then(
      (lock) => locks.push(lock),
      () => {},
    );
    return { leading, onWaiting, stop };
  };

  it('takes over from one that has ended, and says once who leads', async () => {
    const { lock } = await held(database.url);
    const { leading, onWaiting } = standingBy(database.url);
    await vi.waitFor(() => expect(onWaiting).toHaveBeenCalled(), inTime);
    expect(onWaiting.mock.calls[0][0].message).toContain(`process ${process.pid}`);
    // It waits for the lock again.
    await new Promise((resolve) => setTimeout(resolve, 6000));
    await lock.close();
    await leading;
    expect(onWaiting).toHaveBeenCalledOnce();
    expect(await termOf()).toBe(2);
  });

  it('takes over from one that is frozen or cut off, with a transaction open', async () => {
    const old = await held(through(link));
    const client = await workingPool(old, through(link)).connect();
    await client.query('begin');
    await client.query(planned);
    link.stall();
    const { leading } = standingBy(database.url);
    await leading;
    expect(await termOf()).toBe(2);
    expect((await database.pool.query('select from landfall.schedule')).rowCount).toBe(0);
    client.release(true);
    await link.heal();
    await vi.waitFor(() => expect(old.onTaken).toHaveBeenCalledOnce(), inTime);
  });

  it.each<[string, (stop: () => void) => Promise<unknown>]>([
    ['as it begins to connect', async (stop) => stop()],
    [
      'as it connects to a server that does not answer',
      async (stop) => {
        link.stall();
        await delay(500);
        stop();
      },
    ],
    [
      'as it waits for the lock',
      async (stop) => {
        await vi.waitFor(async () => expect((await database.pool.query(waiting)).rowCount).toBe(1), inTime);
        stop();
      },
    ],
  ])('stops when it is told to %s', async (_, when) => {
    await held(database.url);
    const { leading, onWaiting, stop } = standingBy(through(link));
    await when(() => stop.abort(new Error('stopped')));
    await expect(leading).rejects.toThrow('stopped');
    expect(onWaiting).not.toHaveBeenCalled();
  });

  it('stops when it is told to as it connects again', async () => {
    await held(database.url);
    const stop = new AbortController();
    const onWaiting = () => stop.abort(new Error('stopped'));
    const standby = { signal: stop.signal, onWaiting };
    await expect(takeLeadership(database.url, 'pool', noted(), standby)).rejects.toThrow('stopped');
  });
});
