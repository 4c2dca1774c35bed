/** Queues of a real server that are read into a real ledger, and what is planned for their messages. */
import { randomBytes } from 'node:crypto';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { reportSources } from '../../../coordinator/fetch/report-sources.ts';
import { EventQueues } from '../../../coordinator/schedule/event-queues.ts';
import { planSource } from '../../../coordinator/schedule/planner.ts';
import { endRun, type LedgerRun, notePage, runsOf, startRun } from '../../../ledger/runs.ts';
import { defineDataset, env, s3, text } from '../../../model/index.ts';
import { loadRegistry, type Registry } from '../../../model/registry.ts';
import type { Log } from '../../../platform/log/log.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';

const source = (prefix: string) =>
  s3({ url: `s3://dumps/${prefix}/`, match: '*.csv', notifications: env('QUEUE_URL') });
const definition = (name: string) =>
  defineDataset({ name, columns: { id: text() }, star: 'none', sources: { dumps: source(name) } });

let server: FauxqsServer;
let database: TestDatabase;
let registry: Registry;
let queue: string;
let address: string;
let variables: NodeJS.ProcessEnv;
let said: { message?: string; code?: string }[];
const opened = new Set<EventQueues>();

beforeAll(async () => {
  server = await startFauxqs({ port: 0, logger: false });
  vi.stubEnv('AWS_ENDPOINT_URL_SQS', `http://127.0.0.1:${server.port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  database = await testDatabase();
  registry = await loadRegistry({ builtin: [definition('orders'), definition('users')], paths: [] });
});
afterAll(async () => {
  await database.drop();
  await server.stop();
  vi.unstubAllEnvs();
});
beforeEach(async () => {
  await database.pool.query('truncate landfall.run, landfall.source restart identity cascade');
  queue = `events-${randomBytes(4).toString('hex')}`;
  // What was received and not deleted is there again after a second.
  const { queueUrl } = server.createQueue(queue, { attributes: { VisibilityTimeout: '1' } });
  variables = { QUEUE_URL: queueUrl };
  address = queueUrl;
  said = [];
  for (const dataset of ['orders', 'users'])
    await planSource(database.pool, { dataset, source: 'dumps' }, hourly());
});
afterEach(async () => {
  for (const one of opened) await one.close();
  opened.clear();
});

const urlOf = (name: string) => address.replace(/[^/]+$/, name);
const hourly = () => registry.get('orders')!.sources[0].schedule;
const event = (key: string) => {
  const s3Event = { bucket: { name: 'dumps' }, object: { key } };
  return JSON.stringify({
    Records: [{ eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3: s3Event }],
  });
};
/** Sends messages as a bucket does. */
async function send(bodies: readonly string[], name = queue): Promise<void> {
  const client = new SQSClient({ endpoint: `http://127.0.0.1:${server.port}`, region: 'us-east-1' });
  for (let at = 0; at < bodies.length; at += 10) {
    const Entries = bodies.slice(at, at + 10).map((MessageBody, i) => ({ Id: String(i), MessageBody }));
    await client.send(new SendMessageBatchCommand({ QueueUrl: urlOf(name), Entries }));
  }
  client.destroy();
}
const left = () => {
  const { messages } = server.inspectQueue(queue)!;
  return messages.ready.length + messages.inflight.length + messages.delayed.length;
};
const runs = (dataset = 'orders') => runsOf(database.pool, dataset, 'dumps', 100);
const until = (check: () => unknown) => vi.waitFor(check, { timeout: 60_000, interval: 20 });

function open(through: <T>(step: () => Promise<T>) => Promise<T> = (step) => step()): EventQueues {
  const say = (about: object) => void said.push(about);
  const queues = new EventQueues({
    ...{ pool: database.pool, registry, env: variables, through, onPlanned: () => {} },
    log: { warn: say, error: say, info: say } as unknown as Log,
  });
  opened.add(queues);
  queues.start();
  return queues;
}

const begun = async (run: LedgerRun) => (await startRun(database.pool, run.runId))!;

it('many messages at once are few runs, of the sources whose objects they name', async () => {
  expect(hourly()).toMatchObject({ ticks: { kind: 'every', everyMs: 3_600_000 }, catchUp: 'latest' });
  const many = Array.from({ length: 50 }, (_, i) => event(`orders/2026/${i}.csv`));
  await send([...many, event('users/a.txt')]);
  open();
  await until(() => expect(left()).toBe(0));
  // None of them has begun, so whatever comes is seen by the one that waits.
  expect(await runs()).toMatchObject([{ kind: 'manual', state: 'planned' }]);
  expect(await runs('users')).toEqual([]);
  expect(said).toEqual([]);
});

it('a message that comes while a run reads leads to another, and one run alone waits', async () => {
  open();
  await send([event('orders/a.csv')]);
  await until(() => expect(left()).toBe(0));
  const running = await begun((await runs())[0]);
  for (const key of ['b', 'c']) {
    await send([event(`orders/${key}.csv`)]);
    await until(() => expect(left()).toBe(0));
    expect((await runs()).map(({ state }) => state)).toEqual(['planned', 'running']);
  }
  await endRun(database.pool, running, null);
  // It has read something, and waits for its next attempt: it would not see what is before that in the listing.
  const second = await begun((await runs())[0]);
  const client = await database.pool.connect();
  await notePage(client, second, { file: null, position: { after: 'orders/x.csv' } });
  client.release();
  await database.pool.query(`update landfall.run set state = 'planned' where run_id = $1`, [second.runId]);
  await send([event('orders/d.csv')]);
  await until(() => expect(left()).toBe(0));
  expect((await runs()).map(({ state }) => state)).toEqual(['planned', 'planned', 'done']);
});

it('nothing is deleted before its runs are planned, and what was not is received again', async () => {
  await send([event('orders/a.csv'), event('users/a.csv')]);
  let died = 0;
  // The run of one source is planned, and that of the other is not.
  const dying = open(async (step) => {
    await step();
    died++;
    throw new Error('died');
  });
  await until(() => expect(died).toBeGreaterThan(0));
  await dying.close();
  expect(left()).toBe(2);
  expect(await runs()).toHaveLength(1);
  expect(await runs('users')).toEqual([]);
  open();
  await until(() => expect(left()).toBe(0));
  expect(await runs()).toHaveLength(1);
  expect(await runs('users')).toHaveLength(1);
});

it('a message that nobody understands stays in the queue, and is named once', async () => {
  await send(['{"hello":"world"}', event('orders/a.csv'), '{"Event":"s3:TestEvent","Bucket":"dumps"}']);
  open();
  await until(() => expect(left()).toBe(1));
  // It has been received again.
  await until(() =>
    expect(
      server.inspectQueue(queue)!.messages.inflight[0]?.message.approximateReceiveCount ?? 0,
    ).toBeGreaterThan(1),
  );
  expect(said).toEqual([
    { sources: 'orders.dumps, users.dumps', message: expect.stringMatching(/^[0-9a-f-]{36}$/) },
  ]);
  expect(await runs()).toHaveLength(1);
});

it('a queue that is missing is shown without its address, and no more when it is there', async () => {
  const faults = async () =>
    (await reportSources(database.pool, registry, variables)).map(({ queueFault }) => queueFault);
  variables.QUEUE_URL = urlOf(`${queue}-2`);
  open();
  await until(async () => {
    const fault = { code: 'LF_SOURCE_QUEUE_MISSING', message: expect.stringContaining('{env:QUEUE_URL}') };
    expect(await faults()).toMatchObject([fault, fault]);
  });
  const { rows } = await database.pool.query('select queue_fault::text as fault from landfall.source');
  expect(JSON.stringify([rows, said])).not.toContain(queue);
  server.createQueue(`${queue}-2`);
  await send([event('orders/a.csv')], `${queue}-2`);
  await until(async () => expect(await runs()).toHaveLength(1));
  await until(async () => expect(await faults()).toEqual([null, null]));
});

it('a queue out of reach is shown', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL_SQS', 'http://127.0.0.1:1');
  open();
  await until(async () => {
    const [report] = await reportSources(database.pool, registry, variables);
    expect(report.queueFault).toMatchObject({ code: 'LF_SOURCE_QUEUE_LOST' });
  });
  vi.stubEnv('AWS_ENDPOINT_URL_SQS', `http://127.0.0.1:${server.port}`);
});
