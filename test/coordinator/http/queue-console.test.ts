/** The console of the queue, in a browser and by requests. */
import Fastify from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { queueConsole } from '../../../coordinator/http/queue-console.ts';
import { describePage, openPage } from '../../dashboard/browser.ts';
import { describeRedis, redisUrl } from '../../support/index.ts';
import { sales } from '../support.ts';
import { openServed, type Served } from './actions/served.ts';

const tokens = [
  { name: 'wall', role: 'view', token: 'looks' },
  { name: 'ann', role: 'operate', token: 'works' },
  { name: 'root', role: 'admin', token: 'rules' },
] as const;

it('where the queue is in PostgreSQL says so, and is not there unless it is switched on', async () => {
  const served = await openServed([sales], { queueConsole: true });
  const { status, json } = await served.ask('/queue');
  expect([status, json.code, json.message]).toEqual([
    ...[503, 'LF_HTTP_CONSOLE', 'The console of the queue cannot be shown: the queue is in PostgreSQL.'],
  ]);
  const off = await served.serve({ queueConsole: false });
  expect((await served.ask('/queue', { server: off })).status).toBe(404);
  await served.close();
});

it('without bull-board says what to install', async () => {
  const app = Fastify();
  const queues = { backend: 'redis', queuesOfBullmq: () => [] } as const;
  queueConsole(app, { queues, isOn: true }, (name) => {
    throw Object.assign(new Error(name), { code: 'MODULE_NOT_FOUND' });
  });
  const { code, message } = (await app.inject('/queue/any')).json();
  expect([code, message]).toEqual([
    ...['LF_HTTP_CONSOLE', 'The console of the queue cannot be shown: bull-board is not installed.'],
  ]);
});

describeRedis('the console', () => {
  let served: Served;
  beforeAll(async () => {
    served = await openServed([sales], { queueConsole: true, tokens, redisUrl: redisUrl() });
  });
  afterAll(() => served.close());
  const as = (token: string) => ({ authorization: `Bearer ${token}` });
  const paused = async () => {
    const { json } = await served.ask('/queue/api/queues', { headers: as('looks') });
    return json.queues.map((one: { name: string; isPaused: boolean }) => [one.name, one.isPaused]);
  };

  it('needs a token, and to change something the role admin', async () => {
    expect((await served.ask('/queue')).status).toBe(401);
    expect((await served.ask('/queue/api/queues')).status).toBe(401);
    const names = ['landfall-pool-files', 'landfall-pool-work', 'landfall-pool-deliveries'];
    expect((await paused()).map(([name]: [string]) => name).sort()).toEqual([...names].sort());
    const pause = (token: string, headers: Record<string, string> = {}) =>
      served.ask('/queue/api/queues/landfall-pool-work/pause', {
        ...{ method: 'PUT', headers: { ...as(token), ...headers }, body: {} },
      });
    for (const token of ['looks', 'works']) expect((await pause(token)).json.code).toBe('LF_HTTP_ROLE');
    expect((await pause('rules', { origin: 'https://evil.example' })).json.code).toBe('LF_HTTP_ORIGIN');
    expect(Object.fromEntries(await paused())).toMatchObject({ 'landfall-pool-work': false });
    expect((await pause('rules')).status).toBe(200);
    expect(Object.fromEntries(await paused())).toMatchObject({ 'landfall-pool-work': true });
  });

  it('serves nothing beside its own files', async () => {
    for (const path of [
      '/queue/static/..%2f..%2fpackage.json',
      '/queue/static/../index.ejs',
      '/queue/static/none.js',
    ])
      expect((await served.ask(path, { headers: as('looks') })).status).toBe(404);
  });

  describePage('in a browser', () => {
    it('shows the queues, and asks no other host', async () => {
      const page = await openPage(`${served.server.url}/queue?token=looks`, {}, '#root *');
      await page.getByText('landfall-pool-work').first().waitFor();
    });
  });
});
