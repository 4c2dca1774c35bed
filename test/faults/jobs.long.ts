/** Redis killed, with all jobs lost, while files are loaded. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testSite } from '../e2e/site.ts';
import { describeRedis, testDatabase } from '../support/index.ts';
import { type OwnRedis, openRedis } from './servers.ts';
import { untilProgress, whileLoading, workersInherit } from './support.ts';

const rows = 400_000;

describeRedis('Redis', () => {
  let redis: OwnRedis;
  beforeAll(async () => {
    redis = await openRedis();
  });
  afterAll(() => redis.close());

  it('may forget every job: the ledger knows them, and each row is there once', {
    timeout: 300_000,
  }, async () => {
    workersInherit({ LANDFALL_LOCK_MS: '2000' });
    const database = await testDatabase();
    const servers = { databaseUrl: database.url, redisUrl: redis.url };
    const site = await testSite({ backend: 'redis', servers, workers: 2, chunkBytes: 1 << 20 });
    try {
      await whileLoading(site, { rows }, async () => {
        await redis.kill();
        const { outages } = await untilProgress(site, (state) => state.outages.length > 0);
        expect(outages[0]).toMatchObject({ with: 'queue', code: 'LF_QUEUE_LOST' });
        await redis.start();
      });
      await untilProgress(site, ({ outages }) => outages.length === 0);
    } finally {
      await site.close();
      await database.drop();
    }
  });
});
