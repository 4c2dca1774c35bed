import { afterEach, expect, it } from 'vitest';
import type { ReadableStore, StoredObject } from '../../../platform/storage/contract.ts';
import { startBucketDiscovery } from '../../../sources/bucket/discover-bucket.ts';
import type { Discovery, UnknownFile } from '../../../sources/contract.ts';

let discovery: Discovery;
afterEach(() => discovery.close());

it('takes odd keys, leaves those that name nothing below the folder, and tells once of those that it ignores', async () => {
  const object = (key: string, modifiedAt = new Date(0)): StoredObject => ({
    key,
    bytes: 4,
    modifiedAt,
    fingerprint: key,
  });
  const objects = [
    object('trips/a b\\c.csv'),
    object('trips/żółć ?#%.csv'),
    object('trips//a.csv'),
    object('trips/../evil.csv'),
    object('trips/..hidden..csv'),
    object('trips/new.part', new Date()),
  ];
  const store = {
    url: 's3://bucket',
    async *list() {
      yield* objects;
    },
  } as unknown as ReadableStore;
  const arrived: string[] = [];
  const ignored: string[] = [];
  let left: readonly UnknownFile[] = [];
  discovery = await startBucketDiscovery(store, {
    knows: () => true,
    onArrival: async ({ key }) => void arrived.push(key),
    onLeft: (files) => {
      left = files;
    },
    onIgnored: (key) => void ignored.push(key),
    onError: (error) => {
      throw error;
    },
  });
  await discovery.list();
  expect(arrived).toEqual(['trips/a b\\c.csv', 'trips/żółć ?#%.csv']);
  expect(left.map(({ name, error }) => [name, error.code])).toEqual([
    ['/a.csv', 'LF_LANDING_NAME'],
    ['../evil.csv', 'LF_LANDING_NAME'],
  ]);
  expect(ignored).toEqual(['trips/..hidden..csv']);
});
