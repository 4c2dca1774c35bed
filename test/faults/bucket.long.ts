/** A bucket that is away while its lake is written. */
import { setTimeout as delay } from 'node:timers/promises';
import { startFauxqs } from 'fauxqs';
import { expect, it } from 'vitest';
import { testSite } from '../e2e/site.ts';
import { openWay } from '../support/way.ts';
import { untilProgress, whileLoading, workersInherit } from './support.ts';

it('a bucket may be out of reach for a while', { timeout: 300_000 }, async () => {
  const server = await startFauxqs({ port: 0, logger: false });
  server.createBucket('lake');
  const way = await openWay(server.port);
  workersInherit({
    LANDFALL_LOCK_MS: '2000',
    AWS_ENDPOINT_URL_S3: way.address,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
  const site = await testSite({
    backend: 'postgres',
    lakeUrl: 's3://lake/here',
    workers: 2,
    chunkBytes: 1 << 20,
  });
  try {
    await whileLoading(site, { rows: 200_000 }, async () => {
      await way.cut();
      const { outages } = await untilProgress(site, (state) => state.outages.length > 0);
      expect(outages[0]).toMatchObject({ with: 'lake', code: 'LF_STORAGE' });
      await delay(2_000);
      await way.fix();
    });
  } finally {
    await site.close();
    await way.cut();
    await server.stop();
  }
});
