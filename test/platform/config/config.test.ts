import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { type ConfigFlags, describeConfig, loadConfig, maskUrl } from '../../../platform/config/config.ts';
import type { LandfallError } from '../../../platform/errors/errors.ts';
import { tempFolder } from '../../support/index.ts';

let cwd: string;
beforeEach(() => {
  cwd = tempFolder();
});

const load = (flags: ConfigFlags, env: NodeJS.ProcessEnv = {}) => loadConfig(flags, { env, cwd });

async function mistakesOf(flags: ConfigFlags, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const error: LandfallError = await load(flags, env).then(
    () => expect.unreachable('there were no mistakes'),
    (error) => error,
  );
  expect(error).toMatchObject({ name: 'LandfallError', code: 'LF_CONFIG' });
  return error.message;
}

describe('settings', () => {
  it('have defaults below the working directory', async () => {
    expect(await load({})).toEqual({
      home: join(cwd, '.landfall'),
      databaseUrl: null,
      redisUrl: null,
      landingUrl: join(cwd, 'landing'),
      lakeUrl: join(cwd, 'lake'),
      archiveUrl: join(cwd, 'archive'),
      failedUrl: join(cwd, 'failed'),
      host: '127.0.0.1',
      port: 8080,
      token: null,
      tokens: [],
      queueConsole: false,
      webhooks: [],
      workers: availableParallelism(),
      unpackedBytes: 100 * 1024 ** 3,
      uploadBytes: 10 * 1024 ** 3,
      chunkBytes: 32 * 1024 * 1024,
      outageTimeout: 3600,
      logBacklog: 0,
      keep: [],
      keepReplaced: 86_400_000,
      lockMs: 10_000,
      stopMs: 10_000,
      s3Timeout: 30,
      s3Sse: null,
      s3KmsKey: null,
      s3StorageClass: null,
      datasets: [join(cwd, 'datasets')],
      datasetsOptional: true,
    });
  });

  it('come from flags before the environment before landfall.config.ts', async () => {
    mkdirSync(join(cwd, 'definitions'));
    writeFileSync(
      join(cwd, 'landfall.config.ts'),
      `const port: number = 3;
       export default { port, workers: 3, chunkBytes: 300_000, datasets: ['definitions'], landingUrl: 'drop' };`,
    );
    const config = await load(
      { port: '1' },
      { LANDFALL_PORT: '2', LANDFALL_WORKERS: '2', LANDFALL_CHUNK_BYTES: '' },
    );
    expect(config).toMatchObject({
      port: 1,
      workers: 2,
      chunkBytes: 300_000,
      datasets: [join(cwd, 'definitions')],
      landingUrl: join(cwd, 'drop'),
    });
  });

  it('take every variable of the environment', async () => {
    const config = await load(
      {},
      {
        LANDFALL_HOME: 'home',
        DATABASE_URL: 'postgres://u:p@db/x',
        REDIS_URL: 'rediss://cache:6380/1',
        LANDING_URL: 's3://bucket/in/',
        LAKE_URL: 'file:///data/the%20lake',
        ARCHIVE_URL: 's3://bucket/old/archive',
        LANDFALL_HOST: '0.0.0.0',
        LANDFALL_PORT: '0',
        LANDFALL_TOKEN: 'abc',
        LANDFALL_TOKENS: 'wall:view:looks, ann:operate:a:b',
        LANDFALL_WORKERS: '7',
        LANDFALL_CHUNK_BYTES: '65536',
        LANDFALL_UNPACKED_BYTES: '5000000000',
        LANDFALL_UPLOAD_BYTES: '1000000',
        LANDFALL_OUTAGE_TIMEOUT: '90',
        LANDFALL_LOG_BACKLOG: '60',
        LANDFALL_KEEP: 'failed=90d',
        LANDFALL_KEEP_REPLACED: '8d',
        LANDFALL_LOCK_MS: '2000',
        LANDFALL_STOP_MS: '0',
        LANDFALL_S3_TIMEOUT: '90',
        LANDFALL_S3_SSE: 'aws:kms',
        LANDFALL_S3_KMS_KEY: 'arn:aws:kms:eu-central-1:1:key/a-b',
        LANDFALL_S3_STORAGE_CLASS: 'INTELLIGENT_TIERING',
        LANDFALL_DATASETS: 'a, b/c.ts,',
      },
    );
    expect(config).toEqual({
      home: join(cwd, 'home'),
      databaseUrl: 'postgres://u:p@db/x',
      redisUrl: 'rediss://cache:6380/1',
      landingUrl: 's3://bucket/in',
      lakeUrl: '/data/the lake',
      archiveUrl: 's3://bucket/old/archive',
      failedUrl: 's3://bucket/old/failed',
      host: '0.0.0.0',
      port: 0,
      token: 'abc',
      tokens: [
        { name: 'wall', role: 'view', token: 'looks' },
        { name: 'ann', role: 'operate', token: 'a:b' },
      ],
      queueConsole: false,
      webhooks: [],
      workers: 7,
      chunkBytes: 65536,
      unpackedBytes: 5_000_000_000,
      uploadBytes: 1_000_000,
      outageTimeout: 90,
      logBacklog: 60,
      keep: [{ dataset: null, kind: 'failed', ms: 90 * 86_400_000 }],
      keepReplaced: 8 * 86_400_000,
      lockMs: 2000,
      stopMs: 0,
      s3Timeout: 90,
      s3Sse: 'aws:kms',
      s3KmsKey: 'arn:aws:kms:eu-central-1:1:key/a-b',
      s3StorageClass: 'INTELLIGENT_TIERING',
      datasets: [join(cwd, 'a'), join(cwd, 'b/c.ts')],
    });
  });

  it('find definitions in ./datasets; those that ship with Landfall in its own repository, or where they are named', async () => {
    expect(await load({})).toMatchObject({ datasets: [join(cwd, 'datasets')], datasetsOptional: true });
    const named = await load({ datasets: ['example:trips', 'own'] });
    expect(named.datasets).toEqual(['example:trips', join(cwd, 'own')]);
    expect(named.datasetsOptional).toBeUndefined();
    const repository = fileURLToPath(new URL('../../../', import.meta.url));
    expect((await loadConfig({}, { env: {}, cwd: repository })).datasets).toEqual(['example:*']);
  });
});

describe('mistakes', () => {
  it('are named all at once, with where they came from', async () => {
    writeFileSync(join(cwd, 'landfall.config.mjs'), `export default { workers: 2.5, lakeURL: 'x' };`);
    const message = await mistakesOf(
      { chunkBytes: '12MB', landingUrl: 'gs://bucket' },
      {
        LANDFALL_PORT: '65536',
        REDIS_URL: 'ftp://x',
        DATABASE_URL: 'mysql://root:s3cret@db/x',
        LANDFALL_HOST: 'a b',
        LANDFALL_S3_SSE: 'aes',
        LANDFALL_S3_KMS_KEY: 'key',
        LANDFALL_S3_STORAGE_CLASS: 'GLACIER',
      },
    );
    for (const mistake of [
      'LANDFALL_S3_SSE (from the environment) must be AES256 or aws:kms',
      'LANDFALL_S3_KMS_KEY needs LANDFALL_S3_SSE=aws:kms',
      'LANDFALL_S3_STORAGE_CLASS (from the environment) must be a class whose objects can be read at once',
      'LANDFALL_CHUNK_BYTES (from a flag) must be a whole number',
      'LANDING_URL (from a flag) must be a folder or s3://bucket/prefix',
      'LANDFALL_PORT (from the environment) must be at most 65535',
      'REDIS_URL (from the environment) must be the address of a Redis server, redis://…, or of sentinels, redis+sentinel://host,host/name',
      'DATABASE_URL (from the environment) must be the address of a PostgreSQL server: postgres://',
      'LANDFALL_HOST (from the environment) must be a host name',
      'LANDFALL_WORKERS (from landfall.config.mjs, workers) must be a whole number',
      'landfall.config.mjs sets lakeURL, which is not a setting',
    ]) {
      expect(message).toContain(mistake);
    }
    expect(message).not.toContain('s3cret');
  });

  it.each(['-1', '1e3', '0x10', '', ' ', '99999', 'NaN'])('in a port: %j', async (port) => {
    const env = { LANDFALL_PORT: port };
    if (port === '') expect((await load({}, env)).port).toBe(8080);
    else expect(await mistakesOf({}, env)).toContain('LANDFALL_PORT');
  });

  it.each(['s3://', 's3://b', 's3:///x', 's3://Bucket!/x', 's3://bucket//x', 'https://x/y'])(
    'in a store: %j',
    async (lakeUrl) => expect(await mistakesOf({ lakeUrl })).toContain('LAKE_URL'),
  );

  it('in how folders lie to each other', async () => {
    expect(await mistakesOf({ archiveUrl: 'landing/archive' })).toMatch(
      /LANDING_URL must neither hold ARCHIVE_URL/,
    );
    expect(await mistakesOf({ landingUrl: 'lake/in' })).toMatch(/LAKE_URL/);
    expect(await mistakesOf({ landingUrl: 's3://bucket', lakeUrl: 's3://bucket/lake' })).toMatch(/LAKE_URL/);
    expect(await mistakesOf({ landingUrl: 'failed' })).toMatch(/failed files/);
    await load({ landingUrl: 's3://bucket/land', lakeUrl: 's3://bucket/landlake' });
    await load({ landingUrl: 'land', lakeUrl: 'landlake' });
  });

  it('in landfall.config.ts itself', async () => {
    writeFileSync(join(cwd, 'landfall.config.ts'), 'export default {');
    expect(await mistakesOf({})).toContain('landfall.config.ts cannot be read');
    writeFileSync(join(cwd, 'landfall.config.ts'), 'export default [1]');
    expect(await mistakesOf({})).toContain('no object');
  });
});

describe('what is printed', () => {
  it('has no secret in it', async () => {
    const config = await load({
      databaseUrl: 'postgres://anna:s3cret@db/x?sslpassword=s3cret',
      redisUrl: 'redis://:s3cret@cache',
      token: 's3cret',
      tokens: 'ann:operate:s3cret',
    });
    const described = describeConfig(config);
    expect(JSON.stringify(described)).not.toContain('s3cret');
    expect(described).toMatchObject({
      DATABASE_URL: 'postgres://anna:***@db/x?sslpassword=***',
      REDIS_URL: 'redis://:***@cache',
      LANDFALL_TOKEN: '***',
      LANDFALL_TOKENS: 'ann:operate:***',
    });
    expect(maskUrl('not an address with a s3cret')).not.toContain('s3cret');
  });
});
