import { afterAll, beforeAll, expect, it } from 'vitest';
import { sweepStaging } from '../../../coordinator/lifecycle/tidy.ts';
import type { Ledger } from '../../../ledger/ledger.ts';
import { ownObjects } from '../../../ledger/tables/lake/file-objects.ts';
import { openStorage } from '../../../platform/storage/index.ts';
import { stagingKey } from '../../../platform/storage/staging-key.ts';
import { type TestDatabase, tempFolder, testDatabase } from '../../support/index.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

it('removes staged parts that no file needs, also those of earlier versions, and leaves the others', async () => {
  const lake = await openStorage(tempFolder());
  const key = (file: number) => `${stagingKey('trips', file, 0, 1)}-part`;
  const former = (file: number) => key(file).replace('_staging/', '_aside/');
  const kept = ['trips/year=2024/f1-c0-aa.parquet', '_staging/notes.txt', '_aside/trips/mine.csv'];
  // 1 was planned again under another number; 5 is of another ledger.
  for (const file of [1, 2, 3, 4, 5]) {
    await lake.put(key(file), 'part');
    await lake.put(former(file), 'part');
  }
  for (const one of kept) await lake.put(one, 'not staged');
  const states: Record<number, string> = { 2: 'done', 3: 'failed', 4: 'loading' };
  const file = async (id: number) => (states[id] ? { state: states[id] } : null);
  const ledger = { file, newestFile: async () => 4 } as unknown as Ledger;
  const sweep = async () => {
    await sweepStaging({ lake, ledger, pool: database.pool });
    const left: string[] = [];
    for await (const object of lake.list()) left.push(object.key);
    return left.sort();
  };
  const needed = [...kept, key(4), former(4), key(5), former(5)];
  expect(await ownObjects(database.pool, 2, sweep)).toEqual([...needed, key(2), former(2)].sort());
  expect(await sweep()).toEqual(needed.sort());
});
