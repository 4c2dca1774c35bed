import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { sweepSpool } from '../../../coordinator/lifecycle/tidy.ts';
import type { Ledger } from '../../../ledger/ledger.ts';
import { ownObjects } from '../../../ledger/tables/lake/file-objects.ts';
import type { Storage } from '../../../platform/storage/contract.ts';
import { openStorage } from '../../../platform/storage/index.ts';
import {
  bootOf,
  clearSpool,
  findSpooled,
  spooledFiles,
  spoolKey,
  thisBoot,
} from '../../../platform/storage/spool.ts';
import { type TestDatabase, tempFolder, testDatabase } from '../../support/index.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

let lake: Storage;
let spool: string;
const chunk = { fileId: 1, number: 0, start: 4, bytes: 2 };
beforeEach(async () => {
  const folder = tempFolder();
  lake = await openStorage(folder);
  spool = join(folder, '.landfall/spool');
});

it('keeps no folder of a file that is cleared, and leaves those of others', async () => {
  expect(await spooledFiles(lake)).toEqual([]);
  await clearSpool(lake, 1);
  for (const fileId of [1, 2]) await lake.put(spoolKey({ ...chunk, fileId }), 'a\n');
  await clearSpool(lake, 1);
  expect(readdirSync(spool)).toEqual(['2']);
  await lake.put(spoolKey(chunk), 'a\n');
  expect((await spooledFiles(lake)).sort()).toEqual([1, 2]);
});

it('loses the empty folders of files that have ended, and not one that is just being filled', async () => {
  const states: Record<number, string> = { 3: 'done', 4: 'scanning' };
  // 2 was planned again under another number; 5 is of another ledger.
  for (const name of ['2', '3', '4', '5', 'notes']) mkdirSync(join(spool, name), { recursive: true });
  const file = async (id: number) => (states[id] ? { state: states[id] } : null);
  const ledger = { file, newestFile: async () => 4 } as unknown as Ledger;
  const { pool } = database;
  await ownObjects(pool, 3, () => sweepSpool({ lake, ledger, pool }));
  expect(readdirSync(spool).sort()).toEqual(['3', '4', '5', 'notes']);
  await sweepSpool({ lake, ledger, pool });
  expect(readdirSync(spool).sort()).toEqual(['4', '5', 'notes']);
});

it.runIf(thisBoot() !== null)(
  'finds chunks of this boot, and those that last, but none of another',
  async () => {
    expect(await findSpooled(lake, chunk)).toBeNull();
    await lake.put(spoolKey(chunk, 'another'), 'a\n');
    await lake.put(spoolKey({ ...chunk, start: 5 }, bootOf(lake)), 'a\n');
    expect(await findSpooled(lake, chunk)).toBeNull();
    await lake.put(spoolKey(chunk), 'a\n');
    expect(await findSpooled(lake, chunk)).toBe(spoolKey(chunk));
    await lake.put(spoolKey(chunk, bootOf(lake)), 'a\n');
    expect(await findSpooled(lake, chunk)).toBe(spoolKey(chunk, thisBoot()));
    await clearSpool(lake, 1);
    expect(await spooledFiles(lake)).toEqual([]);
  },
);

it('does not find a chunk that has lost bytes', async () => {
  await lake.put(spoolKey(chunk), 'a');
  expect(await findSpooled(lake, chunk)).toBeNull();
});

it('names no boot in a store that is not a folder', () => {
  const bucket = Object.assign(Object.create(lake), { folders: undefined });
  expect(bootOf(bucket)).toBeNull();
});
