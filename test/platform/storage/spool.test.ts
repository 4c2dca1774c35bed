import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { sweepSpool } from '../../../coordinator/lifecycle/tidy.ts';
import type { Ledger } from '../../../ledger/ledger.ts';
import type { Storage } from '../../../platform/storage/contract.ts';
import { openStorage } from '../../../platform/storage/index.ts';
import { clearSpool, spooledFiles, spoolKey } from '../../../platform/storage/spool.ts';
import { tempFolder } from '../../support/index.ts';

let lake: Storage;
let spool: string;
beforeEach(async () => {
  const folder = tempFolder();
  lake = await openStorage(folder);
  spool = join(folder, '.landfall/spool');
});

it('keeps no folder of a file that is cleared, and leaves those of others', async () => {
  expect(await spooledFiles(lake)).toEqual([]);
  await clearSpool(lake, 1);
  for (const file of [1, 2]) await lake.put(spoolKey(file, 0), 'a\n');
  await clearSpool(lake, 1);
  expect(readdirSync(spool)).toEqual(['2']);
  await lake.put(spoolKey(1, 0), 'a\n');
  expect((await spooledFiles(lake)).sort()).toEqual([1, 2]);
});

it('loses the empty folders of files that have ended, and not one that is just being filled', async () => {
  const states: Record<number, string> = { 3: 'done', 4: 'scanning' };
  // 2 was planned again under another number; 5 is of another ledger.
  for (const name of ['2', '3', '4', '5', 'notes']) mkdirSync(join(spool, name), { recursive: true });
  const file = async (id: number) => (states[id] ? { state: states[id] } : null);
  const ledger = { file, newestFile: async () => 4 } as unknown as Ledger;
  await sweepSpool({ lake, ledger });
  expect(readdirSync(spool).sort()).toEqual(['4', '5', 'notes']);
});
