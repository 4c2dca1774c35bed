/** Servers of Redis as people have them: with passwords, permissions, TLS, sentinels, and settings that lose jobs. */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { freePort } from '../../../platform/database/embedded/launch.ts';
import { connectRedis } from '../../../platform/queue/redis-connection.ts';
import { watchRedis } from '../../../platform/queue/redis-health.ts';
import { checkQueue } from '../../../platform/queue/redis-server.ts';
import { landfall } from '../../cli/run.ts';
import { generatedTrips, testSite } from '../../e2e/site.ts';
import { type OwnRedis, openRedis } from '../../faults/servers.ts';
import { certificateFiles } from '../../support/certificate.ts';
import { describeRedis, tempFolder, testDatabase } from '../../support/index.ts';
import { untilListening } from '../../support/listening.ts';

const page = readFileSync(new URL('../../../docs/servers/redis.md', import.meta.url), 'utf8');
const permissions = /^ACL (SETUSER landfall .+)$/m.exec(page)![1].split(' ');

const codeOf = (url: string) =>
  checkQueue(url).then(
    () => 'none',
    (error) => error.code,
  );

describeRedis('Redis', () => {
  let redis: OwnRedis;
  beforeAll(async () => {
    redis = await openRedis();
  });
  afterAll(() => redis.close());
  const as = (user: string) => redis.url.replace('//', `//${user}@`);

  it('tells its version, and who is refused', async () => {
    expect(await checkQueue(redis.url)).toMatchObject({ policy: 'noeviction' });
    await redis.run('ACL', 'SETUSER', 'someone', 'on', '>s3cret', '~*', '&*', '+@all');
    expect(await codeOf(as('someone:s3cret'))).toBe('none');
    await expect(checkQueue(as('someone:wr0ng'))).rejects.toMatchObject({
      code: 'LF_QUEUE_REFUSED',
      message: expect.stringMatching(/WRONGPASS/),
    });
    await expect(checkQueue(as('someone:wr0ng'))).rejects.not.toThrow(/wr0ng/);
    expect(await codeOf(`${redis.url}/9999`)).toBe('LF_QUEUE_REFUSED');
  });

  it('needs the permissions that the docs name', async () => {
    await redis.run('ACL', ...permissions);
    const database = await testDatabase();
    const servers = { databaseUrl: database.url, redisUrl: as('landfall:secret') };
    const site = await testSite({ backend: 'redis', servers, chunkBytes: 64 << 10 });
    try {
      const path = await generatedTrips(join(site.folder, 'made'), 'trips.csv', 3_000);
      expect(await site.drop('trips', path)).toMatchObject({ rows: { loaded: 3_000 } });
      const denied = (await redis.run('ACL', 'LOG')) as unknown[];
      expect(denied.filter((entry) => JSON.stringify(entry).includes('"landfall"'))).toEqual([]);
    } finally {
      await site.close();
      await database.drop();
    }
  });

  it.each(['-info', '-set', '-eval', '-bzpopmin', '-publish', 'resetkeys ~other:*', 'resetchannels'])(
    'says at once what is missing: %s',
    async (change) => {
      await redis.run('ACL', ...permissions, ...change.split(' '));
      await expect(checkQueue(as('landfall:secret'))).rejects.toMatchObject({
        code: 'LF_QUEUE_REFUSED',
        message: expect.stringMatching(/NOPERM/),
      });
    },
  );

  it('is refused where it may throw jobs away', async () => {
    await redis.run('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    await expect(checkQueue(redis.url)).rejects.toMatchObject({
      code: 'LF_QUEUE_EVICTS',
      message: expect.stringContaining('maxmemory-policy is allkeys-lru'),
    });
    await redis.run('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
  });

  it('that forgets its keys and never is away is noticed', async () => {
    const connection = await connectRedis(redis.url);
    const seen = { outages: 0, recovered: 0 };
    const stop = watchRedis(connection, {
      prefix: 'landfall-marked',
      onOutage: () => void seen.outages++,
      onRecovered: () => void seen.recovered++,
    });
    await vi.waitFor(async () => expect(await redis.run('EXISTS', 'landfall-marked:mark')).toBe(1), 30_000);
    await redis.run('FLUSHALL');
    await vi.waitFor(() => expect(seen.recovered).toBe(1), 30_000);
    await vi.waitFor(async () => expect(await redis.run('EXISTS', 'landfall-marked:mark')).toBe(1), 30_000);
    expect(seen).toEqual({ outages: 0, recovered: 1 });
    stop();
    connection.disconnect();
  });

  it('in cluster mode is refused by name', async () => {
    const cluster = await openRedis({ more: ['--cluster-enabled', 'yes'] });
    expect(await codeOf(cluster.url)).toBe('LF_QUEUE_CLUSTER');
    await cluster.close();
  });
});

describeRedis('Redis with TLS', () => {
  let redis: OwnRedis;
  let authority = '';
  let secure = '';
  beforeAll(async () => {
    const { key, cert } = certificateFiles(tempFolder());
    authority = cert;
    const port = await freePort(0);
    secure = `rediss://localhost:${port}`;
    const files = ['--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', cert];
    redis = await openRedis({ more: ['--tls-port', String(port), '--tls-auth-clients', 'no', ...files] });
  });
  afterAll(() => redis.close());

  it('is not trusted without its authority, or under another name', async () => {
    await expect(checkQueue(secure)).rejects.toMatchObject({
      code: 'LF_QUEUE_TLS',
      message: expect.stringMatching(/self-signed certificate/),
    });
  });

  it('is not spoken to where there is none', async () => {
    await expect(checkQueue(redis.url.replace('redis:', 'rediss:'))).rejects.toMatchObject({
      code: 'LF_QUEUE_LOST',
      message: expect.stringContaining('it speaks no TLS'),
    });
  });

  it('is used with its authority, by its name alone', async () => {
    const database = await testDatabase();
    const asked = (url: string) =>
      landfall(['doctor', '--redis-url', url], {
        cwd: tempFolder(),
        env: { NODE_EXTRA_CA_CERTS: authority, DATABASE_URL: database.url },
      });
    expect((await asked(secure)).stdout).toMatch(/Redis \S+, maxmemory-policy noeviction/);
    expect((await asked(secure.replace('localhost', '127.0.0.1'))).stdout).toMatch(
      /cannot be trusted: Hostname/,
    );
    await database.drop();
  });
});

describeRedis('sentinels', () => {
  it('say which server is the master, and which one after it', async () => {
    const master = await openRedis();
    const port = new URL(master.url).port;
    const replica = await openRedis({ more: ['--replicaof', `127.0.0.1 ${port}`] });
    const folder = tempFolder();
    const watching = await freePort(0);
    writeFileSync(
      join(folder, 'sentinel.conf'),
      [
        `port ${watching}`,
        `sentinel monitor main 127.0.0.1 ${port} 1`,
        'sentinel down-after-milliseconds main 500',
        'sentinel failover-timeout main 3000',
      ].join('\n'),
    );
    const sentinel = spawn('redis-server', [join(folder, 'sentinel.conf'), '--sentinel'], {
      stdio: 'ignore',
    });
    try {
      await untilListening(watching, sentinel);
      const slaves = async () => (await replica.run('INFO', 'replication')) as string;
      await vi.waitFor(async () => expect(await slaves()).toContain('master_link_status:up'), 30_000);
      await vi.waitFor(async () => {
        const known = await askSentinel(watching);
        expect(known).toBe(1);
      }, 30_000);
      const url = `redis+sentinel://127.0.0.1:${watching}/main`;
      expect(await codeOf(url)).toBe('none');
      expect(await codeOf(url.replace('/main', '/other'))).toBe('LF_QUEUE_LOST');
      const connection = await connectRedis(url);
      const seen = { recovered: 0 };
      const stop = watchRedis(connection, {
        prefix: 'landfall-moved',
        onOutage: () => {},
        onRecovered: () => void seen.recovered++,
      });
      expect(connection.stream.remotePort).toBe(Number(port));
      master.freeze();
      await vi.waitFor(() => expect(seen.recovered).toBeGreaterThan(0), 60_000);
      await connection.set('landfall-moved:written', 'yes');
      expect(await replica.run('GET', 'landfall-moved:written')).toBe('yes');
      stop();
      connection.disconnect();
    } finally {
      sentinel.kill('SIGKILL');
      master.thaw();
      await master.close();
      await replica.close();
    }
  });
});

/** The replicas that a sentinel knows of. */
async function askSentinel(port: number): Promise<number> {
  const sentinel = await connectRedis(`redis://127.0.0.1:${port}`);
  try {
    return ((await sentinel.call('SENTINEL', 'replicas', 'main')) as unknown[]).length;
  } finally {
    sentinel.disconnect();
  }
}
