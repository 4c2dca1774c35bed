import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { noteEvent } from '../../../../ledger/tables/deliveries.ts';
import { sales } from '../../support.ts';
import { endpointOf, openReceiver, type Receiver } from '../../webhooks/receiver.ts';
import { openServed, type Served } from './served.ts';

let served: Served;
let receiver: Receiver;
beforeAll(async () => {
  receiver = await openReceiver();
  const webhooks = [endpointOf(receiver, { events: ['file.failed'] })];
  served = await openServed([sales], { webhooks });
});
afterAll(async () => {
  await served.close();
  await receiver.close();
});
afterEach(() => {
  receiver.answer = (response) => response.writeHead(204).end();
});

const states = async () => {
  const { json } = await served.ask('/api/webhooks/deliveries');
  return json.deliveries.map((one: { state: string; attempts: number }) => `${one.state} ${one.attempts}`);
};

it('what was given up needs a person, and is told again on request under the same id', async () => {
  receiver.answer = (response) => response.writeHead(400).end('no such hook');
  await served.rig.drop('sales/bad.csv', `id,shop,amount,note\n${'x,y,z,\n'.repeat(20)}`);
  await vi.waitFor(async () => expect(await states()).toEqual(['failed 1']), {
    timeout: 30_000,
    interval: 20,
  });
  const { json } = await served.ask('/api/webhooks');
  const address = `http://127.0.0.1:${receiver.port}/***`;
  expect(json.endpoints).toMatchObject([
    { name: 'ops', address, waiting: 0, failed: 1, answer: 'HTTP 400 no such hook' },
  ]);
  expect(JSON.stringify(json)).not.toContain('whsec_');
  const attention = async () => (await served.ask('/api/attention')).json.attention;
  expect(await attention()).toContainEqual(expect.objectContaining({ kind: 'webhook', key: 'ops' }));
  expect((await served.ask('/metrics')).text).toContain(
    'landfall_webhook_deliveries{endpoint="ops",state="failed"} 1',
  );

  receiver.answer = (response) => response.writeHead(204).end();
  const { deliveries } = (await served.ask('/api/webhooks/deliveries?state=failed')).json;
  const { status } = await served.post(`/api/webhooks/deliveries/${deliveries[0].deliveryId}/replay`, {});
  expect(status).toBe(202);
  const [first, second] = await receiver.until(2);
  expect(second.headers['webhook-id']).toBe(first.headers['webhook-id']);
  await vi.waitFor(async () => expect(await states()).toEqual(['delivered 1']), {
    timeout: 30_000,
    interval: 20,
  });
  expect(await attention()).not.toContainEqual(expect.objectContaining({ kind: 'webhook' }));
  const { actions } = (await served.ask('/api/actions?limit=1')).json;
  expect(actions).toMatchObject([{ what: 'webhook', target: 'ops file.failed', outcome: 'ok' }]);
});

it('is refused where there is no such delivery or endpoint, and to who may only look', async () => {
  const path = (id: unknown) => `/api/webhooks/deliveries/${id}/replay`;
  for (const id of ['9999', 'all', '-1'])
    expect((await served.post(path(id), {})).json).toMatchObject({ code: 'LF_WEBHOOK_DELIVERY' });
  const told = { subject: 'a', data: { dataset: 'sales' } };
  const [{ deliveryId }] = await noteEvent(served.rig.database.pool, ['gone'], 'dataset.late', told);
  const unknown = await served.post(path(deliveryId), {});
  expect([unknown.status, unknown.json.code]).toEqual([409, 'LF_WEBHOOK_UNKNOWN']);
  const server = await served.serve({ tokens: [{ name: 'wall', role: 'view', token: 'looks' }] });
  const headers = { authorization: 'Bearer looks' };
  const asked = { server, headers, method: 'POST', body: {} };
  expect((await served.ask(path(deliveryId), asked)).status).toBe(403);
  expect((await served.ask('/api/webhooks', { server, headers })).status).toBe(200);
  expect((await served.ask('/api/webhooks/deliveries?limit=0')).status).toBe(400);
});
