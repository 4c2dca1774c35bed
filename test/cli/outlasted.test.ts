/** What each command says when something is away: one message, no stack, in about the outage timeout. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../platform/database/embedded/launch.ts';
import { generatedTrips } from '../e2e/site.ts';
import { type OwnPostgres, openPostgres, openRedis } from '../faults/servers.ts';
import { until } from '../faults/support.ts';
import { describeRedis, type TestDatabase, tempFolder, testDatabase } from '../support/index.ts';
import { main } from './run.ts';

const timeoutSeconds = 3;
/** For starting and closing, on a machine that is busy. */
const mostSeconds = timeoutSeconds + 30;

interface Ended {
  readonly code: number;
  readonly stderr: string;
  readonly stdout: string;
  readonly seconds: number;
}

function run(args: readonly string[], cwd: string, env: Record<string, string>) {
  const started = performance.now();
  const child = spawn(process.execPath, [main, ...args], {
    cwd,
    env: {
      PATH: process.env.PATH,
      HOME: cwd,
      LANDFALL_OUTAGE_TIMEOUT: String(timeoutSeconds),
      LANDFALL_WORKERS: '1',
      LANDFALL_PORT: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  let stdout = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  const ended = once(child, 'close').then(
    ([code]): Ended => ({ code, stderr, stdout, seconds: (performance.now() - started) / 1000 }),
  );
  return { child, ended };
}

describe.concurrent.each(['up', 'ingest', 'coordinator', 'worker', 'demo'])(
  '`landfall %s` at its start',
  (command) => {
    let database: TestDatabase;
    beforeAll(async () => {
      database = await testDatabase();
    });
    afterAll(() => database.drop());

    const start = async (env: (nowhere: number, folder: string) => Record<string, string>) => {
      const cwd = tempFolder();
      writeFileSync(join(cwd, 'x.csv'), 'a\n1\n');
      writeFileSync(join(cwd, 'file'), '');
      const more = { ingest: ['x.csv', '--dataset', 'trips'], demo: ['trips', '--exit'] }[command] ?? [];
      const given = {
        LANDFALL_OUTAGE_TIMEOUT: '1',
        DATABASE_URL: database.url,
        ...env(await freePort(0), cwd),
      };
      return run([command, ...more], cwd, given).ended;
    };
    const expectOne = ({ code, stderr, seconds }: Ended, expected: string) => {
      expect(stderr.match(/^landfall: .*$/gm), stderr).toHaveLength(1);
      expect(stderr).toContain(`[${expected}]`);
      expect(stderr).not.toMatch(/^ +at |"stack"|Cannot destructure/m);
      expect(code).toBe(1);
      expect(seconds).toBeLessThan(mostSeconds);
    };

    it('says that the database is away', async () => {
      const url = (port: number) => `postgres://u:s3cret@127.0.0.1:${port}/x`;
      const ended = await start((port) => ({ DATABASE_URL: url(port) }));
      expectOne(ended, 'LF_DATABASE_UNREACHABLE');
      expect(ended.stderr).not.toContain('s3cret');
    });

    it('says that Redis is away', async () => {
      expectOne(await start((port) => ({ REDIS_URL: `redis://127.0.0.1:${port}` })), 'LF_QUEUE_LOST');
    });

    it('says that the lake is no folder', async () => {
      const ended = await start((_, folder) => ({ LAKE_URL: join(folder, 'file') }));
      expectOne(ended, 'LF_STORAGE_MISSING');
      expect(ended.stderr).not.toContain('waiting for');
    });

    it('says that the bucket is away', async () => {
      const ended = await start((port) => ({
        LAKE_URL: 's3://lake/here',
        AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
      }));
      expectOne(ended, 'LF_STORAGE');
      expect(ended.stderr).not.toContain('waiting for the database');
    });
  },
);

describe('`landfall ingest` in the middle', () => {
  let postgres: OwnPostgres;
  beforeAll(async () => {
    postgres = await openPostgres();
  });
  afterAll(() => postgres.close());

  /** Ingests a file, takes something away when it is loading, and waits for the command to end. */
  const ingest = async (env: Record<string, string>, takeAway: () => Promise<unknown>) => {
    const cwd = tempFolder();
    await generatedTrips(cwd, 'trips.csv', 400_000, 1);
    const url = await postgres.database();
    const args = ['ingest', 'trips.csv', '--dataset', 'trips', '--chunk-bytes', '100000'];
    const { ended } = run(args, cwd, { DATABASE_URL: url, ...env });
    const loading = `select 1 from landfall.chunk where state = 'committed'`;
    const isLoading = () => postgres.run(loading, url).then((rows) => rows.length > 0);
    await until('it loads', () => isLoading().catch(() => false));
    const from = performance.now();
    await takeAway();
    const { code, stdout } = await ended;
    return { code, stdout, seconds: (performance.now() - from) / 1000 };
  };

  it('ends in about the outage timeout when the database goes away, and says so', async () => {
    const { code, stdout, seconds } = await ingest({}, () => postgres.stop('fast'));
    await postgres.start();
    expect(stdout).toContain('[LF_DATABASE_LOST]');
    expect(code).toBe(1);
    expect(seconds).toBeLessThan(mostSeconds);
  });

  describeRedis('with Redis', () => {
    it('ends in about the outage timeout when Redis goes away, and says so', async () => {
      const redis = await openRedis();
      onTestFinished(() => redis.close());
      const { code, stdout, seconds } = await ingest({ REDIS_URL: redis.url }, () => redis.kill());
      expect(stdout).toContain('[LF_QUEUE_LOST]');
      expect(code).toBe(1);
      expect(seconds).toBeLessThan(mostSeconds);
    });
  });
});
