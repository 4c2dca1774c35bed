import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openLake } from '../../../sinks/lake/open-lake.ts';
import { openRig, type Rig, salesCsv } from '../../coordinator/support.ts';

const mark = '.landfall-lake';
let rig: Rig;
let lake: string;
beforeEach(async () => {
  rig = await openRig();
  lake = rig.config.lakeUrl;
  await rig.start();
});
afterEach(() => rig.close());

const open = () => openLake(rig.database.pool, lake);
const load = async (name: string, files: number, from: number) => {
  await rig.drop(`sales/${name}`, salesCsv(10, from));
  return (await rig.receipts(files)).at(-1);
};
/** The disk is not mounted: its mount point is an empty folder. */
const unmount = () => {
  renameSync(lake, `${lake}-disk`);
  mkdirSync(lake);
};
const mount = () => {
  rmSync(lake, { recursive: true });
  renameSync(`${lake}-disk`, lake);
};
const keys = async () => {
  const found: string[] = [];
  for await (const { key } of (await open()).list()) found.push(key);
  return found;
};

it('marks a new lake, where no reader looks', async () => {
  expect(readdirSync(lake)).toEqual([mark]);
  expect(await keys()).toEqual([]);
});

it('does not take the mount point of a disk that is away for the lake, whoever opens it', async () => {
  await rig.startWorker();
  await load('x.csv', 1, 1);
  await rig.coordinator.close();
  unmount();
  await expect(open()).rejects.toMatchObject({ code: 'LF_LAKE_MISSING' });
  await expect(rig.start()).rejects.toMatchObject({ code: 'LF_LAKE_MISSING' });
  await expect(rig.startWorker()).rejects.toMatchObject({ code: 'LF_LAKE_MISSING' });
  expect(readdirSync(lake)).toEqual([]);
  mount();
  await rig.start();
  expect(await load('y.csv', 2, 50)).toMatchObject({ status: 'done', lakeRows: 10 });
});

it('waits where the disk goes away while files are loaded, and writes nothing meanwhile', async () => {
  await rig.startWorker();
  await load('x.csv', 1, 1);
  unmount();
  await rig.drop('sales/y.csv', salesCsv(10, 50));
  const waiting = async () => (await rig.coordinator.ledger.waitingFiles()).map(({ error }) => error.code);
  await vi.waitFor(async () => expect(await waiting()).toEqual(['LF_LAKE_MISSING']), { timeout: 30_000 });
  expect(readdirSync(lake)).toEqual([]);
  mount();
  expect((await rig.receipts(2)).map(({ status, lakeRows }) => [status, lakeRows])).toEqual([
    ['done', 10],
    ['done', 10],
  ]);
  expect((await keys()).filter((key) => key.endsWith('.parquet'))).toHaveLength(2);
});

it('marks a lake that an earlier version has written, and one that a person says to use', async () => {
  await rig.startWorker();
  await load('x.csv', 1, 1);
  rmSync(join(lake, mark));
  expect((await keys()).length).toBe(1);
  expect(readdirSync(lake)).toContain(mark);
  unmount();
  writeFileSync(join(lake, mark), '');
  expect(await keys()).toEqual([]);
});
