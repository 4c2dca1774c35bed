/** Redis restarted with its jobs kept, frozen, paused, and out of memory, while files are loaded. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { testSite } from '../e2e/site.ts';
import { describeRedis, testDatabase } from '../support/index.ts';
import { type OwnRedis, openRedis } from './servers.ts';
import { untilProgress, whileLoading, workersInherit } from './support.ts';

const rows = 400_000;

/** Loads a file while `disturb` does something to a Redis of its own, and expects the page to have said why. */
async function disturbed(disturb: (redis: OwnRedis) => Promise<void>, options: { kept?: boolean } = {}) {
  workersInherit({ LANDFALL_LOCK_MS: '2000' });
  const redis = await openRedis(options);
  const database = await testDatabase();
  const servers = { databaseUrl: database.url, redisUrl: redis.url };
  const site = await testSite({ backend: 'redis', servers, workers: 2, chunkBytes: 1 << 20 });
  const said: string[] = [];
  site.hub.subscribe((message) => {
    if (message.type === 'change')
      for (const one of message.outages ?? []) said.push(`${one.with}: ${one.message}`);
  });
  try {
    await whileLoading(site, { rows }, () => disturb(redis));
    await untilProgress(site, ({ outages }) => outages.length === 0);
    return said;
  } finally {
    await site.close();
    await database.drop();
    await redis.close();
  }
}

describeRedis('Redis', () => {
  it('may be restarted with what it holds', { timeout: 300_000 }, async () => {
    const restart = async (redis: OwnRedis) => {
      await redis.kill();
      await redis.start();
    };
    await disturbed(restart, { kept: true });
  });

  it('may be frozen past every lock', { timeout: 300_000 }, async () => {
    const said = await disturbed(async (redis) => {
      redis.freeze();
      await delay(8_000);
      redis.thaw();
    });
    expect(said).toContainEqual(expect.stringMatching(/^queue: .*has not answered/));
  });

  it('may be paused for writers', { timeout: 300_000 }, async () => {
    const said = await disturbed(async (redis) => {
      await redis.run('CLIENT', 'PAUSE', '8000', 'WRITE');
      await delay(8_000);
    });
    expect(said).toContainEqual(expect.stringMatching(/^queue: .*has not answered/));
  });

  it('may be out of memory', { timeout: 300_000 }, async () => {
    const said = await disturbed(async (redis) => {
      await redis.run('CONFIG', 'SET', 'maxmemory', '1');
      await delay(8_000);
      await redis.run('CONFIG', 'SET', 'maxmemory', '0');
    });
    expect(said).toContainEqual(expect.stringMatching(/^queue: .*OOM/));
  });
});
