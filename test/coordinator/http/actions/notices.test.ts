import { afterAll, beforeAll, expect, it } from 'vitest';
import { defineDataset, env, http, text } from '../../../../model/index.ts';
import { sales } from '../../support.ts';
import { openServed, type Served } from './served.ts';

const weather = defineDataset({
  name: 'weather',
  columns: { day: text() },
  star: 'none',
  sources: {
    api: http({
      url: 'https://example.com/?from={from}',
      schedule: { every: '1d' },
      headers: { key: env('NOT_SET') },
    }),
  },
});

let served: Served;
beforeAll(async () => {
  served = await openServed([sales, weather]);
});
afterAll(() => served.close());

interface Notice {
  readonly kind: string;
  readonly key: string;
  readonly dismissed: { readonly at: string; readonly by: string | null } | null;
}

async function notices(kind: string): Promise<Notice[]> {
  const { json } = await served.ask('/api/attention');
  return json.attention.filter((one: Notice) => one.kind === kind);
}

async function fail(name: string) {
  const [before] = (await served.rig.column('select count(*)::int from landfall.file')) as [number];
  await served.rig.drop(`sales/${name}`, `id,shop,amount,note\n${'x,y,z,\n'.repeat(20)}`);
  const receipts = await served.rig.receipts(before + 1);
  return String(receipts.at(-1)!.fileId);
}

it('a failed file needs a person until it is dismissed, and the next failure is told again', async () => {
  const key = await fail('bad.csv');
  expect(await notices('failed')).toMatchObject([{ key, code: 'LF_REJECT_LIMIT', dismissed: null }]);
  const { status } = await served.post('/api/attention/dismiss', { kind: 'failed', key });
  expect(status).toBe(200);
  const dismissed = { at: expect.any(String), by: null };
  expect(await notices('failed')).toMatchObject([{ key, dismissed }]);
  const next = await fail('worse.csv');
  expect(await notices('failed')).toMatchObject([
    { key: next, dismissed: null },
    { key, dismissed },
  ]);
  await served.post('/api/attention/restore', { kind: 'failed', key });
  expect(await notices('failed')).toMatchObject([{ dismissed: null }, { dismissed: null }]);
  // Another file of that name: whoever dropped it has dealt with the first one.
  const again = await fail('worse.csv');
  expect((await notices('failed')).map((one) => one.key)).toEqual([again, key]);
});

it('an unknown notice, and one of a strange kind, are the mistakes of the caller', async () => {
  const unknown = await served.post('/api/attention/dismiss', { kind: 'failed', key: '999' });
  expect([unknown.status, unknown.json.code]).toEqual([404, 'LF_ATTENTION_UNKNOWN']);
  const wrong = await served.post('/api/attention/dismiss', { kind: 7 });
  expect([wrong.status, wrong.json.code]).toEqual([400, 'LF_HTTP_REQUEST']);
});
