import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Webhooks } from '../../../coordinator/webhooks/tell-endpoints.ts';
import { deliveriesLike, noteEvent, noteFileEvents } from '../../../ledger/tables/deliveries.ts';
import type { WebhookEndpoint } from '../../../platform/config/webhook-endpoints.ts';
import { inTransaction } from '../../../platform/database/transaction.ts';
import { openQueues, type Queues } from '../../../platform/queue/index.ts';
import { describeRedis, redisUrl, type TestDatabase, testDatabase } from '../../support/index.ts';
import { turnsOf } from '../../support/turn.ts';
import { openRig, type Rig, salesCsv } from '../support.ts';
import { killedSales } from './dataset.ts';
import { endpointOf, openReceiver, type Received, type Receiver, secret } from './receiver.ts';

const log = { info: () => {}, warn: () => {} };
const soon = { timeout: 60_000, interval: 10 };

let receiver: Receiver;
beforeEach(async () => {
  receiver = await openReceiver();
});
afterEach(() => receiver.close());

/** What a receiver knows for certain: by the package of Standard Webhooks, not by ours. */
function verified({ text, headers }: Received): { type: string; data: Record<string, unknown> } {
  return new Webhook(secret).verify(text, headers as Record<string, string>) as never;
}

const failing = `${salesCsv(1, 900)}${'many,shop 1,1,ok\n'.repeat(50)}`;
const rejecting = (from: number) => `${salesCsv(10, from)}many,shop 1,1,ok\n`;

describe.each(redisUrl() === null ? ['PostgreSQL'] : ['PostgreSQL', 'Redis'])('files, on %s', (server) => {
  let rig: Rig;
  afterEach(() => rig.close());

  async function start(webhooks: readonly WebhookEndpoint[]) {
    rig = await openRig({ redisUrl: server === 'Redis' ? redisUrl() : null, settings: { webhooks } });
    await rig.start();
    await rig.startWorker();
  }

  it('are told of when they end, once to each endpoint that wants to know, signed', async () => {
    const slack = await openReceiver();
    await start([
      endpointOf(receiver, { rejectsOver: 0 }),
      endpointOf(receiver, { name: 'many', events: ['file.rejects'], rejectsOver: 1 }),
      endpointOf(slack, { name: 'chat', format: 'slack', secrets: [], events: ['file.failed'] }),
    ]);
    await rig.drop('sales/good.csv', salesCsv(10));
    await rig.drop('sales/some.csv', rejecting(100));
    await rig.drop('sales/<!channel> & bad.csv', failing);
    await rig.receipts(3);
    const told = (await receiver.until(4)).map(verified);
    const [{ body }] = await slack.until(1);
    const words = told.map(({ type, data }) => `${type} ${data.name} ${data.dataset} ${data.state}`);
    expect(words.sort()).toEqual([
      'file.done good.csv sales done',
      'file.done some.csv sales done',
      'file.failed <!channel> & bad.csv sales failed',
      'file.rejects some.csv sales done',
    ]);
    const { data } = told.find(({ type }) => type === 'file.rejects')!;
    expect(data).toMatchObject({ fileId: expect.any(Number), parentId: null, error: null });
    expect(data.rows).toEqual({ parsed: 11, loaded: 10, rejected: 1, deduplicated: 0 });
    const { error } = told.find(({ type }) => type === 'file.failed')!.data;
    expect(error).toMatchObject({ code: 'LF_REJECT_LIMIT' });
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(4);
    expect(Object.keys(body)).toEqual(['text']);
    expect(body.text).toMatch(/^sales\/&lt;!channel&gt; &amp; bad\.csv \(file \d\) failed\. /);
    await vi.waitFor(async () => {
      const states = await rig.column('select distinct state from landfall.delivery');
      expect(states).toEqual(['delivered']);
    }, soon);
    expect(receiver.received).toHaveLength(4);
    await slack.close();
  });
});

/** They land together, and end together. */
it('small files that end as a group are told of one by one', async () => {
  const rig = await openRig({ settings: { webhooks: [endpointOf(receiver)] } });
  for (let i = 0; i < 12; i++) await rig.drop(`sales/${i}.csv`, salesCsv(3, i * 10));
  await rig.start();
  await rig.startWorker();
  await rig.receipts(12);
  const names = (await receiver.until(12)).map((one) => verified(one).data.name);
  await rig.close();
  expect(names.sort()).toEqual(Array.from({ length: 12 }, (_, i) => `${i}.csv`).sort());
});

describe('a coordinator that is killed', () => {
  const deaths = [
    ['finalise.receipt-written', salesCsv(10), 'file.done'],
    ['finalise.committed', salesCsv(10), 'file.done'],
    ['unload.receipt-written', failing, 'file.failed'],
  ] as const;
  it.each(turnsOf(deaths, 'deaths'))(
    'at %s loses nothing, and the next one tells it once',
    async (point, csv, event) => {
      const settings = { webhooks: [endpointOf(receiver)], lockMs: 1_000 };
      const rig = await openRig({ definitions: [killedSales], settings });
      const victim = fork(
        fileURLToPath(new URL('./victim.ts', import.meta.url)),
        [JSON.stringify(rig.config)],
        { execArgv: ['--import', 'jiti/register'], env: { ...process.env, LANDFALL_CRASH_AT: point } },
      );
      await rig.drop('sales/a.csv', csv);
      expect(await once(victim, 'exit')).toEqual([null, 'SIGKILL']);
      expect(receiver.received).toEqual([]);
      await rig.start();
      await rig.receipts(1);
      await receiver.until(1);
      await rig.coordinator.close();
      expect(receiver.received.map(verified)).toMatchObject([{ type: event, data: { name: 'a.csv' } }]);
      expect(await rig.column('select count(*)::int from landfall.delivery')).toEqual([1]);
      await rig.close();
    },
  );
});

/** Deliveries that are noted by hand, and told by one or several of those that tell. */
function telling(redis: string | null) {
  let database: TestDatabase;
  let opened: { close(): Promise<void> }[] = [];
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterEach(async () => {
    for (const one of opened.reverse()) await one.close();
    opened = [];
    await database.pool.query('truncate landfall.delivery');
  });
  afterAll(() => database.drop());

  let scopes = 0;
  async function start(endpoints: readonly WebhookEndpoint[], pauses = [0.05, 0.05]): Promise<Webhooks> {
    const scope = `webhooks-${process.pid}-${scopes++}`;
    const queues: Queues = await openQueues({
      ...{ databaseUrl: database.url, redisUrl: redis, scope },
      ...{ migrate: true, lockMs: 1_000, retryMs: 20 },
    });
    const webhooks = new Webhooks({ pool: database.pool, endpoints, log, pauses });
    opened.push({
      async close() {
        await webhooks.close({ drains: false });
        await queues.remove();
        await queues.close();
      },
    });
    await webhooks.start(queues);
    return webhooks;
  }
  const note = async (subjects: readonly string[], endpoints = ['ops']) => {
    for (const subject of subjects)
      await noteEvent(database.pool, endpoints, 'dataset.late', {
        subject,
        data: { dataset: 'sales', due: 'noon' },
      });
  };
  const states = async (endpoint = 'ops') => {
    const all = await deliveriesLike(database.pool, { endpoint, limit: 1000 });
    return all.map(({ state, attempts, status }) => `${state} ${attempts} ${status}`).reverse();
  };
  const eventually = (endpoint: string, expected: readonly string[]) =>
    vi.waitFor(async () => expect(await states(endpoint)).toEqual(expected), soon);
  const ids = ({ received }: Receiver) => received.map(({ headers }) => headers['webhook-id']);

  it('what is refused for a time is sent again, under the same id, with a signature of its own', async () => {
    receiver.answer = (response) =>
      response.writeHead(receiver.received.length < 3 ? 503 : 200).end('\u0000\u001b[31mnot now');
    await note(['a']);
    await start([endpointOf(receiver)]);
    await eventually('ops', ['delivered 3 200']);
    expect(new Set(ids(receiver)).size).toBe(1);
    expect(receiver.received.map(verified)).toHaveLength(3);
    const [{ answer }] = await deliveriesLike(database.pool, { limit: 1 });
    expect(answer).toBe('\ufffd\ufffd[31mnot now');
  });

  it('after the last attempt, and where trying again is of no use, it is given up', async () => {
    receiver.answer = (response, { body }) => {
      const status = body.data.due === 'noon' ? 500 : 400;
      response.writeHead(status).end();
    };
    await note(['a']);
    await start([endpointOf(receiver)]);
    await eventually('ops', ['failed 3 500']);
    for (const [subject, status] of [
      ['b', 400],
      ['c', 410],
      ['d', 302],
    ] as const) {
      receiver.answer = (response) => response.writeHead(status, { location: `${receiver.url}/b` }).end();
      await note([subject]);
      await start([endpointOf(receiver)]);
      await vi.waitFor(async () => expect((await states()).at(-1)).toBe(`failed 1 ${status}`), soon);
    }
    expect(receiver.received).toHaveLength(6);
  });

  it('waits as long as the answer says', async () => {
    receiver.answer = (response) => response.writeHead(429, { 'retry-after': '3600' }).end();
    await note(['a']);
    await start([endpointOf(receiver)]);
    await eventually('ops', ['waiting 1 429']);
    const [{ nextAt, attemptAt }] = await deliveriesLike(database.pool, { limit: 1 });
    expect(nextAt.getTime() - attemptAt!.getTime()).toBeGreaterThanOrEqual(3_600_000);
  });

  it('a dead endpoint keeps no other one waiting, and is tried with one delivery at a time', async () => {
    const subjects = Array.from({ length: 30 }, (_, i) => String(i));
    await note(subjects, ['dead', 'ops']);
    await start(
      [endpointOf({ url: 'http://127.0.0.1:1/' }, { name: 'dead' }), endpointOf(receiver)],
      [3600, 3600],
    );
    await eventually('ops', Array(30).fill('delivered 1 204'));
    await eventually('dead', ['waiting 1 null', ...Array(29).fill('waiting 0 null')]);
    expect(new Set(ids(receiver)).size).toBe(30);
  });

  it('several that tell send each delivery once', async () => {
    const subjects = Array.from({ length: 60 }, (_, i) => String(i));
    await note(subjects);
    await note(subjects);
    const all = await Promise.all([1, 2, 3].map(() => start([endpointOf(receiver)])));
    await eventually('ops', Array(60).fill('delivered 1 204'));
    expect(all).toHaveLength(3);
    expect([ids(receiver).length, new Set(ids(receiver)).size]).toEqual([60, 60]);
  });

  it('what is noted while something is being sent is sent as well, and at the end of a command what is left', async () => {
    const webhooks = await start([endpointOf(receiver)]);
    let open = () => {};
    receiver.answer = (response, { body }) => {
      open = () => response.writeHead(204).end();
      if (body.data.due !== 'noon' || receiver.received.length > 1) open();
    };
    await note(['a']);
    webhooks.soon();
    await receiver.until(1);
    await note(['b', 'c']);
    webhooks.soon();
    open();
    await eventually('ops', Array(3).fill('delivered 1 204'));
    await note(['d']);
    await webhooks.close({ drains: true });
    expect(await states()).toEqual(Array(4).fill('delivered 1 204'));
  });

  it('an attempt that the end of the process interrupts is none', async () => {
    receiver.answer = () => {};
    await note(['a']);
    const webhooks = await start([endpointOf(receiver)]);
    await receiver.until(1);
    await webhooks.close({ drains: false });
    expect(await states()).toEqual(['waiting 0 null']);
  });

  it('a job that the queue has lost is missed by nobody', async () => {
    await note(['first']);
    const webhooks = await start([endpointOf(receiver)]);
    await eventually('ops', ['delivered 1 204']);
    // Its job has ended, and nobody queues another one.
    await note(['a']);
    await webhooks.lookAround(async () => []);
    await eventually('ops', ['delivered 1 204', 'delivered 1 204']);
  });
}

describe('on PostgreSQL', () => telling(null));
describeRedis('on Redis', () => telling(redisUrl()));

describe('what is noted', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.drop());
  const noted = async () =>
    (await deliveriesLike(database.pool, { limit: 100 })).map(({ event, subject }) => `${event} ${subject}`);

  it('are marts, once as long as they are behind, and windows, once', async () => {
    const endpoints = [endpointOf(receiver), endpointOf(receiver, { name: 'x', events: ['file.done'] })];
    const webhooks = new Webhooks({ pool: database.pool, endpoints, log });
    const behind = (since: number) => [{ dataset: 'sales', mart: 'daily', since }];
    await webhooks.noteBehind(behind(1000), 1500);
    await webhooks.noteBehind(behind(1000), 1600);
    await webhooks.noteBehind(behind(1010), 1700);
    await webhooks.noteBehind([], 1800);
    await webhooks.noteBehind(behind(2000), 2600);
    const late = { dataset: 'sales', due: 'noon', since: null, missed: 1 };
    const window = (at: string, state: 'late' | 'missing' | 'fresh') => [{ ...late, window: at, state }];
    await webhooks.noteLate(window('monday', 'late'));
    await webhooks.noteLate(window('monday', 'missing'));
    await webhooks.noteLate(window('tuesday', 'fresh'));
    await new Webhooks({ pool: database.pool, endpoints, log }).noteLate(window('monday', 'missing'));
    expect((await noted()).reverse()).toEqual([
      'mart.behind sales.daily 1970-01-01T00:16:40.000Z',
      'mart.behind sales.daily 1970-01-01T00:33:20.000Z',
      'dataset.late sales monday',
    ]);
  });

  it('is gone with the transaction in which it would have happened', async () => {
    await database.pool.query('truncate landfall.delivery');
    const undone = inTransaction(database.pool, async (client) => {
      await noteFileEvents(client, [1], [endpointOf(receiver)]);
      await noteEvent(client, ['ops'], 'file.done', { subject: '1', data: {} });
      throw new Error('rolled back');
    });
    await expect(undone).rejects.toThrow('rolled back');
    expect(await noted()).toEqual([]);
  });
});
