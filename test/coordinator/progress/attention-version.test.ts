import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { AttentionVersion } from '../../../coordinator/progress/attention-version.ts';
import { changeChannel } from '../../../ledger/ledger.ts';
import {
  claimDelivery,
  endAttempt,
  endpointReports,
  noteEvent,
  replayDelivery,
} from '../../../ledger/tables/deliveries.ts';
import { webhookAttention } from '../../../platform/progress/attention.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
afterEach(() => vi.useRealTimers());

it('is renewed when an endpoint that refuses begins to need a person, once', () => {
  vi.useFakeTimers();
  const versions: string[] = [];
  const version = new AttentionVersion('e', (text) => versions.push(text));
  const failingSince = new Date(Date.now());
  const report = { endpoint: 'ops', waiting: 1, failed: 0, failingSince, answer: null };
  version.renew([report, { ...report, failingSince: null }], Date.now());
  version.renew([report], Date.now());
  expect(versions).toEqual(['e-1', 'e-2']);
  expect(webhookAttention(report, Date.now())).toBeNull();
  vi.advanceTimersToNextTimer();
  expect(versions).toEqual(['e-1', 'e-2', 'e-3']);
  expect(webhookAttention(report, Date.now())).toMatchObject({ kind: 'webhook', key: 'ops' });
  expect(vi.getTimerCount()).toBe(0);
});

it('the ledger announces an endpoint that refuses and one that is told at last, and no other delivery', async () => {
  const { pool } = database;
  const client = await pool.connect();
  const heard: string[] = [];
  client.on('notification', ({ payload }) => heard.push(payload!));
  await client.query(`listen ${changeChannel}`);
  // What is announced comes with the answer to the next statement of the connection that listens.
  const attempt = async (state: 'waiting' | 'delivered' | 'failed', answer: string) => {
    const delivery = (await claimDelivery(client, 'ops', { seconds: 60 }))!;
    await endAttempt(client, delivery, { state, status: 500, answer, seconds: 0 });
    await client.query('select 1');
    return [delivery.deliveryId, heard.splice(0).length];
  };
  try {
    await noteEvent(client, ['ops'], 'file.done', { subject: '1', data: {} });
    expect(await attempt('delivered', '')).toEqual([1, 0]);
    await noteEvent(client, ['ops'], 'file.done', { subject: '2', data: {} });
    expect(await attempt('waiting', 'busy')).toEqual([2, 1]);
    expect(await attempt('waiting', 'busy')).toEqual([2, 0]);
    expect(await attempt('failed', 'busy')).toEqual([2, 1]);
    expect(await endpointReports(client)).toMatchObject([{ failed: 1 }]);
    await replayDelivery(client, 2);
    expect(await attempt('delivered', '')).toEqual([2, 2]);
    expect(await endpointReports(client)).toEqual([]);
  } finally {
    client.release(true);
  }
});
