/** Postgres restarted, or its sessions ended, while files are loaded. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { onBothBackends, testSite } from '../e2e/site.ts';
import { type OwnPostgres, type OwnRedis, openPostgres, openRedis, serversFor } from './servers.ts';
import { untilProgress, whileLoading, workersInherit } from './support.ts';

const rows = 400_000;

onBothBackends('Postgres', (backend) => {
  let postgres: OwnPostgres;
  let redis: OwnRedis | null = null;
  beforeAll(async () => {
    postgres = await openPostgres();
    if (backend === 'redis') redis = await openRedis();
  });
  afterAll(async () => {
    await redis?.close();
    await postgres.close();
  });

  it('may end every session, again and again, and crash: each row is there once', {
    timeout: 300_000,
  }, async () => {
    workersInherit({ LANDFALL_LOCK_MS: '2000' });
    const servers = await serversFor(backend, postgres, redis);
    const site = await testSite({ backend, servers, workers: 2, chunkBytes: 1 << 20 });
    try {
      await whileLoading(site, { rows }, async () => {
        for (let round = 0; round < 3; round++) {
          await postgres.run(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'landfall%'",
          );
          await delay(200);
        }
        await postgres.stop('immediate');
        const said = untilProgress(site, ({ outages }) => outages.some((one) => one.with === 'database'));
        const { outages } = await said;
        expect(outages[0]).toMatchObject({
          code: 'LF_DATABASE_LOST',
          fix: expect.stringMatching(/by itself/),
        });
        await postgres.start();
      });
      await untilProgress(site, ({ outages }) => outages.length === 0);
      await whileLoading(site, { rows, seed: 2 }, async () => {
        await postgres.stop('fast');
        await postgres.start();
      });
    } finally {
      await site.close();
    }
  });
});
