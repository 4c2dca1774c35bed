/** A worker frozen at every step of a chunk; and, with the lake in a bucket, around its publishing. */
import { createHash } from 'node:crypto';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { openStorage } from '../../platform/storage/index.ts';
import { onBothBackends } from '../e2e/site.ts';
import { freezeAt, type Lake } from './zombies.ts';

onBothBackends('a worker frozen', (backend) => {
  it.each([
    'chunk.claimed',
    'chunk.read',
    'dimension.members-inserted',
    'chunk.copying',
    'chunk.facts-copied',
    'lake.part-staged',
    'lake.parts-staged',
    'chunk.written',
    'lake.part-published',
    'lake.parts-published',
    'chunk.committed',
  ] as const)('at %s', { timeout: 120_000 }, (point) => freezeAt(point, backend));
});

describe('a worker frozen, with the lake in a bucket', () => {
  let server: FauxqsServer;
  beforeAll(async () => {
    server = await startFauxqs({ port: 0, logger: false });
    server.createBucket('lake');
    process.env.AWS_ENDPOINT_URL_S3 = server.address;
    process.env.AWS_ACCESS_KEY_ID = 'test';
    process.env.AWS_SECRET_ACCESS_KEY = 'test';
  });
  afterAll(() => server.stop());

  const bucketLake: Lake = {
    url: (folder) => `s3://lake${folder}`,
    async content(folder) {
      const lake = await openStorage(`s3://lake${folder}`);
      const content = new Map<string, string>();
      for await (const { key, bytes } of lake.list()) {
        const hash = createHash('sha256');
        for await (const piece of lake.read(key, { start: 0, end: bytes })) hash.update(piece);
        content.set(key, hash.digest('hex'));
      }
      return content;
    },
  };
  it.each(['lake.parts-staged', 'chunk.written', 'lake.part-published'] as const)(
    'at %s',
    { timeout: 120_000 },
    (point) => freezeAt(point, 'postgres', bucketLake),
  );
});
