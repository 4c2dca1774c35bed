/** Tables and buckets that are fetched, through the coordinator into the star, while they change and attempts break off. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { filesOfRuns, type LedgerRun, planRun, runOf } from '../../../ledger/runs.ts';
import { S3Storage } from '../../../platform/storage/s3/s3-storage.ts';
import { type TestDatabase, tempFolder, testDatabase } from '../../support/index.ts';
import { type TestSite, testSite } from '../site.ts';

/** The point at which an attempt breaks off next. */
const death = vi.hoisted(() => ({ at: '', left: 0 }));
vi.mock('../../../platform/errors/crash-points.ts', () => ({
  crashPoint(name: string) {
    if (death.at === name && --death.left === 0) throw new Error(`died at ${name}`);
  },
  crashPointMistake: () => null,
}));

let crm: TestDatabase;
let server: FauxqsServer;
let site: TestSite;
let writers: pg.Client[];
const dumps = () => new S3Storage('s3://dumps/in');

const definitions = {
  customers: `
    columns: { id: integer(), name: text({ optional: true }), updated_at: timestamp({ formats: ['yyyy-MM-dd HH:mm:ss', 'yyyy-MM-dd HH:mm:ss.S'] }) },
    mode: upsert({ key: ['id'], orderBy: 'updated_at' }),
    star: { fact: 'fact_customer', columns: ['id', 'name', 'updated_at'] },
    sources: { crm: postgres({ url: env('CRM_URL'), table: 'app.customers', key: ['id'], cursor: 'updated_at', lag: '0s', pageRows: 4 }) },`,
  plans: `
    columns: { id: integer(), name: text() },
    mode: snapshot({ key: ['id'], asOf: fromName('{date}.csv') }),
    star: { fact: 'fact_plan', columns: ['id', 'name'] },
    sources: { crm: postgres({ url: env('CRM_URL'), table: 'app.plans', key: ['id'] }) },`,
  sales: `
    columns: { id: integer() },
    star: { fact: 'fact_sale', columns: ['id'] },
    sources: { dumps: s3({ url: 's3://dumps/in/', match: '*.csv' }) },`,
  returns: `
    columns: { id: integer() },
    star: { fact: 'fact_return', columns: ['id'] },
    sources: { dumps: s3({ url: 's3://dumps/told/', match: '*.csv', notifications: env('RETURNS_QUEUE_URL') }) },`,
  refunds: `
    columns: { id: integer() },
    star: { fact: 'fact_refund', columns: ['id'] },
    sources: {
      dumps: s3({ url: 's3://dumps/refunds/', notifications: '{env:RETURNS_QUEUE_URL}-gone', schedule: { every: '5s' } }),
    },`,
};

beforeAll(async () => {
  crm = await testDatabase();
  await crm.pool.query(`create schema app;
    create table app.customers (id int primary key, name text, updated_at timestamptz not null);
    create table app.plans (id int primary key, name text)`);
  writers = await Promise.all(
    [0, 1, 2].map(async () => {
      const client = new pg.Client(crm.url);
      await client.connect();
      return client;
    }),
  );
  server = await startFauxqs({ port: 0, logger: false });
  server.createBucket('dumps');
  vi.stubEnv('AWS_ENDPOINT_URL_S3', `http://127.0.0.1:${server.port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  vi.stubEnv('CRM_URL', crm.url);
  vi.stubEnv('AWS_ENDPOINT_URL_SQS', `http://127.0.0.1:${server.port}`);
  vi.stubEnv('RETURNS_QUEUE_URL', server.createQueue('returns').queueUrl);
  const folder = tempFolder();
  for (const [name, text] of Object.entries(definitions)) {
    mkdirSync(join(folder, 'datasets', name), { recursive: true });
    writeFileSync(
      join(folder, 'datasets', name, 'dataset.ts'),
      `import { defineDataset, env, fromName, integer, postgres, s3, snapshot, text, timestamp, upsert } from 'landfall';
       export default defineDataset({ name: '${name}', ${text} });`,
    );
  }
  site = await testSite({ backend: 'postgres', folder, datasets: [join(folder, 'datasets')] });
}, 60_000);
afterAll(async () => {
  await site.close();
  for (const writer of writers) await writer.end();
  await crm.drop();
  await server.stop();
  vi.unstubAllEnvs();
});

let windows = 0;

/** Plans a run, and resolves when its files are loaded. `meanwhile`: called until it has ended. */
async function fetched(dataset: string, source: string, meanwhile = async () => {}): Promise<LedgerRun> {
  const { pool } = site.database;
  const [from, to] = [windows++, windows].map((hour) => new Date(Date.UTC(2026, 0, 1, hour)).toISOString());
  const { runId } = (await planRun(pool, { dataset, source, kind: 'live', window: { from, to } }))!;
  const run = await vi.waitFor(
    async () => {
      await meanwhile();
      const now = (await runOf(pool, runId))!;
      expect(now.state).toMatch(/done|failed/);
      return now;
    },
    { timeout: 60_000, interval: 20 },
  );
  for (const { fileId } of await filesOfRuns(pool, [runId])) await site.coordinator.settled(fileId);
  return run;
}

/** Of the points of a run, those after which another attempt of the same coordinator takes over. */
const points = ['fetch.page-staged', 'fetch.page-placed', 'fetch.page-written'];

describe('a table', () => {
  const inTable = async () =>
    (await crm.pool.query(`select id, name from app.customers order by id`)).rows.map((row) =>
      Object.values(row),
    );
  const inStar = async () =>
    (await site.query(`select id, name from star.fact_customer order by id`)).map((row) =>
      Object.values(row),
    );

  /**
   * Resolves when every transaction that ran beside the table's newest has ended. Other tests use the same server, and
   * rows of a transaction that is not older than one of theirs are read again.
   */
  const untilOldest = () =>
    vi.waitFor(
      async () => {
        const { rows } = await crm.pool.query(
          `select txid_snapshot_xmin(txid_current_snapshot()) > max(xmin::text::bigint) as oldest from app.customers`,
        );
        expect(rows[0].oldest).toBe(true);
      },
      { timeout: 60_000, interval: 50 },
    );

  it('is in the star as it is, whatever commits late, while attempts break off', async () => {
    await crm.pool.query(
      `insert into app.customers select i, 'name ' || i, now() from generate_series(1, 14) i`,
    );
    for (const [round, at] of points.entries()) {
      Object.assign(death, { at, left: 2 });
      const [late, early, quick] = writers;
      await late.query(`begin; select 1`);
      await quick.query(
        `update app.customers set name = 'quick ${round}', updated_at = now() where id % 3 = 0`,
      );
      await early.query(`begin; insert into app.customers values (${100 + round}, 'early ${round}', now())`);
      let done = false;
      const run = await fetched('customers', 'crm', async () => {
        if (done) return;
        done = true;
        await late.query(
          `update app.customers set name = 'late ${round}', updated_at = now() where id % 3 = 1`,
        );
        await early.query('commit');
      });
      expect(run.state).toBe('done');
      await late.query('commit');
      Object.assign(death, { at: '' });
    }
    await untilOldest();
    await fetched('customers', 'crm');
    expect(await inStar()).toEqual(await inTable());
    const [{ twice }] = await site.query(
      `select count(*)::int as twice from (select id from star.fact_customer group by id having count(*) > 1) t`,
    );
    expect(twice).toBe(0);
    const quiet = await fetched('customers', 'crm');
    expect(quiet.pages).toBe(0);
  }, 120_000);

  it('without a cursor is a snapshot: what is deleted in it is deleted in the star', async () => {
    await crm.pool.query(`insert into app.plans values (1, 'free'), (2, 'pro'), (3, 'team')`);
    await fetched('plans', 'crm');
    const plans = () => site.query('select id, name from star.fact_plan order by id');
    expect(await plans()).toHaveLength(3);
    await crm.pool.query(
      `delete from app.plans where id = 2; update app.plans set name = 'new' where id = 3`,
    );
    // Another second, which the name of the file tells.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await fetched('plans', 'crm');
    expect(await plans()).toEqual([
      { id: 1, name: 'free' },
      { id: 3, name: 'new' },
    ]);
  }, 60_000);

  it('keeps no password anywhere', async () => {
    const { password } = new URL(crm.url);
    vi.stubEnv('CRM_URL', crm.url.replace(/:\d+\//, ':1/').replace(`:${password}@`, ':hunter2-secret@'));
    const { pool } = site.database;
    const window = { from: '2027-01-01T00:00:00.000Z', to: '2027-01-02T00:00:00.000Z' };
    const { runId } = (await planRun(pool, { dataset: 'customers', source: 'crm', kind: 'live', window }))!;
    const waiting = await vi.waitFor(async () => {
      const run = (await runOf(pool, runId))!;
      expect(run.error).not.toBeNull();
      return run;
    });
    expect(waiting.error).toMatchObject({ code: 'LF_SOURCE_DATABASE_LOST' });
    const { rows } = await pool.query('select run::text, s::text from landfall.run, landfall.source s');
    expect(JSON.stringify(rows)).not.toContain('hunter2');
    // The database is back: the run resumes by itself.
    vi.stubEnv('CRM_URL', crm.url);
    await vi.waitFor(async () => expect((await runOf(pool, runId))!.state).toBe('done'), { timeout: 20_000 });
  }, 60_000);
});

describe('a bucket', () => {
  it('is loaded object by object, each once, while attempts break off and objects are replaced', async () => {
    const put = (name: string, ...ids: number[]) => dumps().put(name, `id\n${ids.join('\n')}\n`);
    for (const [round, at] of points.entries()) {
      const first = 10 * round;
      await put(`${round}/a.csv`, first + 1, first + 2);
      await put(`${round}/b.csv`, first + 3);
      // The same content under another name is one file.
      await put(`${round}/c.csv`, first + 1, first + 2);
      await put(`${round}/d.txt`, 999);
      Object.assign(death, { at, left: 2 });
      expect((await fetched('sales', 'dumps')).state).toBe('done');
      Object.assign(death, { at: '' });
    }
    // Before all others, and another content under a known name.
    await put('0.csv', 90);
    await put('1/b.csv', 91);
    expect((await fetched('sales', 'dumps')).pages).toBe(2);
    expect((await fetched('sales', 'dumps')).pages).toBe(0);
    const ids = (await site.query<{ id: number }>('select id from star.fact_sale')).map(({ id }) => id);
    const expected = points.flatMap((_, round) => [1, 2, 3].map((i) => 10 * round + i));
    expect(ids.sort((a, b) => a - b)).toEqual([...expected, 90, 91]);
  }, 120_000);

  it('that tells of an object by a queue has it in the star at once; one without its queue is listed', async () => {
    const store = new S3Storage('s3://dumps/');
    await store.put('told/a b.csv', 'id\n1\n');
    await store.put('refunds/a.csv', 'id\n2\n');
    const told = { bucket: { name: 'dumps' }, object: { key: 'told/a+b.csv' } };
    const client = new SQSClient({ endpoint: server.address, region: 'us-east-1' });
    await client.send(
      new SendMessageCommand({
        QueueUrl: process.env.RETURNS_QUEUE_URL,
        MessageBody: JSON.stringify({ Records: [{ eventName: 'ObjectCreated:Put', s3: told }] }),
      }),
    );
    client.destroy();
    const waiting = { timeout: 60_000, interval: 50 };
    for (const [fact, id] of [
      ['fact_return', 1],
      ['fact_refund', 2],
    ])
      await vi.waitFor(
        async () => expect(await site.query(`select id from star.${fact}`)).toEqual([{ id }]),
        waiting,
      );
    const { messages } = server.inspectQueue('returns')!;
    expect([messages.ready, messages.inflight]).toEqual([[], []]);
    const { rows } = await site.database.pool.query(
      `select dataset, queue_fault->>'code' as code from landfall.source where queue_fault is not null`,
    );
    expect(rows).toEqual([{ dataset: 'refunds', code: 'LF_SOURCE_QUEUE_MISSING' }]);
  }, 120_000);
});
