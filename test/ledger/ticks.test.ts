import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { installation } from '../../ledger/tables/scopes.ts';
import { openTicks } from '../../ledger/ticks.ts';
import { connectDatabase } from '../../platform/database/database.ts';
import type { Tick } from '../../platform/progress/progress.ts';
import { describeRedis, redisUrl, type TestDatabase, testDatabase } from '../support/index.ts';

let database: TestDatabase;
let other: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  other = await testDatabase();
});
afterAll(async () => {
  await database.drop();
  await other.drop();
});

function tick(rowsPerSecond: number, workerId = 'worker-1'): Tick {
  const startedAt = '2026-01-01T00:00:00.000Z';
  return { workerId, host: 'here', pid: 1, startedAt, rssBytes: 2, cpu: 0.5, rowsPerSecond, slots: [] };
}

function suite(redis: () => string | null): void {
  it('arrive at every subscriber of the installation, and at no other', async () => {
    const ticks = await openTicks({ redisUrl: redis() }, database);
    const elsewhere = await openTicks({ redisUrl: redis() }, other);
    const heard: Tick[][] = [[], [], []];
    await ticks.subscribe((got) => heard[0].push(got));
    await ticks.subscribe((got) => heard[1].push(got));
    await elsewhere.subscribe((got) => heard[2].push(got));
    await ticks.publish(tick(1));
    await vi.waitFor(() => expect(heard.slice(0, 2)).toEqual([[tick(1)], [tick(1)]]));
    await elsewhere.publish(tick(2));
    await vi.waitFor(() => expect(heard[2]).toEqual([tick(2)]));
    expect(heard[0]).toEqual([tick(1)]);
    await ticks.close();
    await elsewhere.close();
  });

  it('are merged while one is being sent; the last one always arrives, also before closing', async () => {
    const listener = await openTicks({ redisUrl: redis() }, database);
    const heard: number[] = [];
    await listener.subscribe((got) => heard.push(got.rowsPerSecond));
    const ticks = await openTicks({ redisUrl: redis() }, database);
    for (let n = 1; n <= 100; n++) void ticks.publish(tick(n));
    await ticks.close();
    await vi.waitFor(() => expect(heard.at(-1)).toBe(100));
    expect(heard.length).toBeLessThan(10);
    await listener.close();
  });
}

describe('ticks over PostgreSQL', () => {
  suite(() => null);

  it('are lost, not thrown, when the database is out of reach or they are too long', async () => {
    const away = connectDatabase('postgres://nobody@127.0.0.1:1/none');
    const nowhere = await openTicks({ redisUrl: null }, away);
    await nowhere.publish(tick(1));
    await nowhere.close();
    await away.close();
    const ticks = await openTicks({ redisUrl: null }, database);
    await ticks.publish(tick(1, 'x'.repeat(9000)));
    await ticks.publish(tick(2));
    await ticks.close();
  });

  it('go on after their connection was cut', async () => {
    const ticks = await openTicks({ redisUrl: null }, database);
    const heard: number[] = [];
    await ticks.subscribe((got) => heard.push(got.rowsPerSecond));
    await ticks.publish(tick(1));
    await database.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name = 'landfall listen'`,
    );
    let n = 1;
    await vi.waitFor(async () => {
      await ticks.publish(tick(++n));
      expect(heard.at(-1)).toBeGreaterThan(1);
    });
    await ticks.close();
  });
});

describeRedis('ticks over Redis', () => {
  suite(redisUrl);

  it('go over a channel that names the installation', async () => {
    const redis = new Redis(redisUrl()!);
    const heard: string[] = [];
    redis.on('message', (channel) => heard.push(channel));
    const channel = `landfall:tick:${await installation(database.pool)}`;
    await redis.subscribe(channel);
    const ticks = await openTicks({ redisUrl: redisUrl() }, database);
    await ticks.publish(tick(1));
    await vi.waitFor(() => expect(heard).toEqual([channel]));
    await ticks.close();
    redis.disconnect();
  });

  it('are lost, not thrown, while Redis is out of reach', async () => {
    const ticks = await openTicks({ redisUrl: 'redis://127.0.0.1:1' }, database);
    await ticks.publish(tick(1));
    await ticks.publish(tick(2));
    await ticks.close();
  });
});

it('installations are told apart, copies of a database too', async () => {
  const ids = await Promise.all([database, other, database].map(({ pool }) => installation(pool)));
  expect(ids[0]).toBe(ids[2]);
  expect(ids[0]).not.toBe(ids[1]);
});
