/** A ledger that is restored as it was before files were moved, beside the archive as it is now. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openRig, type Rig, salesCsv } from '../support.ts';

let rig: Rig;

beforeEach(async () => {
  rig = await openRig();
  await rig.start();
  await rig.startWorker();
});
afterEach(() => rig.close());

const addresses = () => rig.column('select url from landfall.file order by file_id');

it('settles the addresses of files that lie where they would be moved to, and have the same bytes', async () => {
  const dropped = [
    ['sales/other.csv', salesCsv(3, 100)],
    ['sales/x.csv', salesCsv(1, 1)],
    ['sales/x.csv', salesCsv(1, 2)],
    ['sales/x.csv', salesCsv(1, 3)],
    ['sales/below/y.csv', salesCsv(1, 4)],
    ['sales/fails.csv', `${salesCsv(1, 300)}${'many,shop 1,1,ok\n'.repeat(50)}`],
    ['sales/gone.csv', salesCsv(1, 5)],
  ] as const;
  const landed: string[] = [];
  for (const [i, [key, content]] of dropped.entries()) {
    await rig.drop(key, content);
    const receipts = await rig.receipts(i + 1);
    expect(receipts.at(-1)!.status).toBe(key.includes('fails') ? 'failed' : 'done');
    landed.push(`file://${join(rig.config.landingUrl, key)}`);
  }
  const moved = await addresses();
  await rig.coordinator.close();

  await rig.database.pool.query(
    `update landfall.file f set url = landed.url, away = null
     from unnest($1::text[]) with ordinality landed (url, n) where landed.n = f.file_id`,
    [landed],
  );
  const pathOf = (i: number) => new URL(String(moved[i]));
  // A copy of the archive has other fingerprints. One object has other bytes, of the same size, and two are gone.
  for (const i of [2, 3, 4]) {
    const copy = await readFile(pathOf(i));
    await rm(pathOf(i));
    await writeFile(pathOf(i), copy);
  }
  await writeFile(pathOf(0), salesCsv(3, 200));
  await rm(pathOf(1));
  await rm(pathOf(6));
  await rm(join(rig.config.landingUrl, 'sales/below'), { recursive: true, force: true });
  // A file of the same name that has come since is another one.
  await rig.drop('sales/x.csv', salesCsv(1, 6));
  await rig.start();
  await rig.receipts(8);
  const kept = [0, 1, 6];
  const found = await addresses();
  expect(found.slice(0, 7)).toEqual(moved.map((url, i) => (kept.includes(i) ? landed[i] : url)));
  expect(found[7]).toMatch(/archive\/sales\/[^/]*\/x\.csv$/);
  expect(await rig.column('select count(*) from landfall.file')).toEqual([8]);
});
