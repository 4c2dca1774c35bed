/** A bucket that is away while its lake is written. */
import { createConnection, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { startFauxqs } from 'fauxqs';
import { expect, it } from 'vitest';
import { freePort } from '../../platform/database/embedded/launch.ts';
import { testSite } from '../e2e/site.ts';
import { untilProgress, whileLoading, workersInherit } from './support.ts';

/** A way to a server that can be cut, also in the middle of a request, and corrected. */
async function cuttableWay(port: number) {
  const sockets = new Set<Socket>();
  const way = createServer((client) => {
    const server = createConnection({ port, host: '127.0.0.1' });
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  const at = await freePort(0);
  const fix = () => new Promise<void>((resolve) => way.listen(at, '127.0.0.1', resolve));
  await fix();
  return {
    address: `http://127.0.0.1:${at}`,
    fix,
    cut: () =>
      new Promise<void>((resolve) => {
        way.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

it('a bucket may be out of reach for a while', { timeout: 120_000 }, async () => {
  const server = await startFauxqs({ port: 0, logger: false });
  server.createBucket('lake');
  const way = await cuttableWay(server.port);
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
