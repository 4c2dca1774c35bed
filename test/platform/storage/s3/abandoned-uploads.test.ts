import { expect, it } from 'vitest';
import { openClient } from '../../../../platform/storage/s3/s3-client.ts';
import { S3Storage } from '../../../../platform/storage/s3/s3-storage.ts';
import { openUploads } from '../../../support/uploads.ts';

const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3600 * 1000);

it('are dropped below a folder, where nothing was added to them for a while', async () => {
  const old = hoursAgo(30);
  const abandoned = ['a', 'b', 'c', 'd'].map((name) => ({
    path: `b/lake/trips/${name}`,
    begun: old,
    parts: [],
  }));
  const server = await openUploads(0, [
    { path: 'b/lake/trips/new', begun: hoursAgo(23), parts: [] },
    ...abandoned,
    { path: 'b/lake/trips/with-parts', begun: old, parts: [old, old, old] },
    { path: 'b/lake/trips/under-way', begun: old, parts: [old, old, hoursAgo(1)] },
    { path: 'b/lake/trips-of-others/a', begun: old, parts: [] },
    { path: 'b/trips/a', begun: old, parts: [] },
  ]);
  const client = openClient(
    { s3Timeout: 30 },
    {
      endpoint: `http://127.0.0.1:${server.port}`,
      forcePathStyle: true,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    },
  );
  const lake = new S3Storage('s3://b/lake', 'lake', client);
  expect(await lake.dropUploads('trips/', hoursAgo(24))).toBe(5);
  expect(server.left()).toEqual([
    'b/lake/trips/new',
    'b/lake/trips/under-way',
    'b/lake/trips-of-others/a',
    'b/trips/a',
  ]);
  expect(await lake.dropUploads('trips/', hoursAgo(24))).toBe(0);
  client.destroy();
  server.close();
});
