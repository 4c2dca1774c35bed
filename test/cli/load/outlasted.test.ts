/** What each command says when something is away: one message, no stack, in about the outage timeout. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../../platform/database/embedded/launch.ts';
import { generatedTrips } from '../../e2e/site.ts';
import { type OwnPostgres, openPostgres, openRedis } from '../../faults/servers.ts';
import { until } from '../../faults/support.ts';
import { describeRedis, type TestDatabase, tempFolder, testDatabase } from '../../support/index.ts';
import { isTurnOf } from '../../support/turn.ts';
import { main } from '../run.ts';

/** Of the file that is loaded. */
const rows = 60_000;

const timeoutSeconds = 3;
/** For starting and closing, on a machine that is busy. */
const mostSeconds = timeoutSeconds + 30;

interface Ended {
  readonly code: number;
  readonly stderr: string;
  readonly stdout: string;
  readonly seconds: number;
}

/** Runs a command. `before` goes in front of it: what binds root by permissions, as other users are. */
function run(
  args: readonly string[],
  cwd: string,
  env: Record<string, string>,
  before: readonly string[] = [],
) {
  const started = performance.now();
  const [command, ...rest] = [...before, process.execPath, main, ...args];
  const child = spawn(command, rest, {
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

const commands = ['up', 'ingest', 'coordinator', 'worker', 'demo'].filter((_, i) => isTurnOf(i, 2));

describe.concurrent.each(commands)('`landfall %s` at its start', (command) => {
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
});

/**
 * What stands before a command that permissions are to bind: nothing for an ordinary user, and for root a program
 * that gives up the right to pass over them. Null: there is no such program.
 */
function boundByPermissions(): readonly string[] | null {
  if (process.getuid?.() !== 0) return [];
  const rights = '-dac_override,-dac_read_search';
  const bound = ['setpriv', '--bounding-set', rights, '--inh-caps', rights];
  return spawnSync(bound[0], [...bound.slice(1), 'true']).status === 0 ? bound : null;
}

const ordinary = boundByPermissions();
if (ordinary === null) console.warn('SKIPPED: tests of permissions, since root has no setpriv (util-linux)');

describe.skipIf(ordinary === null)('a place that an ordinary user may not use', () => {
  it.each([
    ['init', 'closed/x.csv', '--out', '-'],
    ['init', 'x.csv', '--out', 'closed/dataset.ts'],
    ['ingest', 'x.csv', '--dataset', 'trips', '--home', 'closed/home'],
  ])('is named, with the user: landfall %s %s %s %s', async (...args) => {
    const cwd = tempFolder();
    writeFileSync(join(cwd, 'x.csv'), 'a\n1\n');
    mkdirSync(join(cwd, 'closed'));
    writeFileSync(join(cwd, 'closed/x.csv'), 'a\n1\n');
    chmodSync(join(cwd, 'closed'), 0);
    const { code, stderr } = await run(args, cwd, {}, ordinary!).ended;
    const place = args.find((arg) => arg.startsWith('closed/'))!;
    const [first, second] = stderr.trimEnd().split('\n');
    expect(first).toContain(`The user ${userInfo().username} may not use `);
    expect(first).toContain(place);
    expect(first).toContain('[LF_PATH_DENIED]');
    expect(second).toContain(`Let ${userInfo().username} read and write it`);
    expect(code).toBe(1);
  });
});

describe.skipIf(ordinary === null)('a lake that an ordinary user may not write to', () => {
  it.each([['ingest', 'x.csv', '--dataset', 'trips'], ['up']])(
    'ends `landfall %s` with one message',
    async (...args) => {
      const database = await testDatabase();
      onTestFinished(() => database.drop());
      const cwd = tempFolder();
      writeFileSync(join(cwd, 'x.csv'), 'a\n1\n');
      const lake = join(cwd, 'read-only');
      mkdirSync(lake);
      chmodSync(lake, 0o555);
      const env = { DATABASE_URL: database.url, LAKE_URL: lake };
      const { code, stdout, stderr, seconds } = await run(args, cwd, env, ordinary!).ended;
      const lines = stderr.trimEnd().split('\n');
      expect(lines, stderr).toHaveLength(2);
      expect(lines[0]).toContain(`landfall: ${lake} cannot be used: EACCES: permission denied`);
      expect(lines[0]).toContain('[LF_STORAGE_DENIED]');
      expect(lines[1]).toContain(`→ Let the user ${userInfo().username} read and write it`);
      expect([code, stdout]).toEqual([1, '']);
      expect(seconds).toBeLessThan(mostSeconds);
    },
  );
});

describe('`landfall ingest` in the middle', () => {
  let postgres: OwnPostgres;
  beforeAll(async () => {
    postgres = await openPostgres();
  });
  afterAll(() => postgres.close());

  /**
   * Ingests a file, takes something away when it is loading, and waits for the command to end. With `giveBack` it
   * is there again, and the same command loads the file.
   */
  const ingest = async (
    env: Record<string, string>,
    takeAway: (lake: string) => unknown,
    giveBack: (lake: string) => unknown,
    before: readonly string[] = [],
  ) => {
    const cwd = tempFolder();
    await generatedTrips(cwd, 'trips.csv', rows, 1);
    const url = await postgres.database();
    const args = ['ingest', 'trips.csv', '--dataset', 'trips', '--chunk-bytes', '100000'];
    const start = () => run(args, cwd, { DATABASE_URL: url, ...env }, before).ended;
    const ended = start();
    const loading = `select 1 from landfall.chunk where state = 'committed'`;
    const isLoading = () => postgres.run(loading, url).then((found) => found.length > 0);
    await until('it loads', () => isLoading().catch(() => false));
    const from = performance.now();
    await takeAway(join(cwd, 'lake'));
    const { code, stdout } = await ended;
    const seconds = (performance.now() - from) / 1000;
    await giveBack(join(cwd, 'lake'));
    const second = await start();
    expect(second, second.stderr).toMatchObject({ code: 0 });
    const [counts] = await postgres.run(
      `select (select count(*)::int from star.fact_trip) as star, (select sum(rows)::int from landfall.manifest) as lake`,
      url,
    );
    expect(counts).toEqual({ star: rows, lake: rows });
    return { code, stdout, seconds };
  };
  const expectOutage = ({ code, stdout, seconds }: Omit<Ended, 'stderr'>, expected: string) => {
    expect(stdout).toContain(`[${expected}]`);
    expect(code).toBe(1);
    expect(seconds).toBeLessThan(mostSeconds);
  };

  it('ends in about the outage timeout when the database goes away, and says so', async () => {
    const ended = await ingest(
      {},
      () => postgres.stop('fast'),
      () => postgres.start(),
    );
    expectOutage(ended, 'LF_DATABASE_LOST');
  });

  const inTurn = (part: number, name: string, test: () => Promise<void>) => {
    if (isTurnOf(part, 2)) it(name, test);
  };

  it.skipIf(ordinary === null)('does so when the lake may not be written to any more', async () => {
    const mode = (bits: string) => (lake: string) => execFileSync('chmod', ['-R', bits, lake]);
    expectOutage(await ingest({}, mode('a-w'), mode('u+w'), ordinary!), 'LF_STORAGE_DENIED');
  });

  inTurn(0, 'does so when the folder of the lake goes away', async () => {
    const takeAway = (lake: string) => {
      renameSync(lake, `${lake}-elsewhere`);
      writeFileSync(lake, 'no folder');
    };
    const giveBack = (lake: string) => renameSync(`${lake}-elsewhere`, lake);
    expectOutage(
      await ingest({}, takeAway, (lake) => {
        rmSync(lake);
        giveBack(lake);
      }),
      'LF_STORAGE',
    );
  });

  describeRedis('with Redis', () => {
    inTurn(0, 'does so when Redis goes away', async () => {
      const redis = await openRedis();
      onTestFinished(() => redis.close());
      const ended = await ingest(
        { REDIS_URL: redis.url },
        () => redis.kill(),
        () => redis.start(),
      );
      expectOutage(ended, 'LF_QUEUE_LOST');
    });

    inTurn(1, 'does so when Redis says nothing any more', async () => {
      const redis = await openRedis();
      onTestFinished(() => redis.close());
      const ended = await ingest(
        { REDIS_URL: redis.url },
        () => redis.freeze(),
        () => redis.thaw(),
      );
      expectOutage(ended, 'LF_QUEUE_LOST');
    });
  });
});
