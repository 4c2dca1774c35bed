/** The same bytes under two names, and the same file seen twice: loaded once, whatever comes between. */
import { appendFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { noteArrivals } from '../../../coordinator/flow/arrival.ts';
import { FilesInFlight } from '../../../coordinator/flow/files-in-flight.ts';
import type { Storage } from '../../../platform/storage/contract.ts';
import { openStorage } from '../../../platform/storage/index.ts';
import { openRig, type Rig, salesCsv } from '../support.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await openRig();
  await rig.start();
});
afterEach(() => rig.close());

const files = () => rig.column("select name || ' ' || state from landfall.file order by file_id");

it('loads a file whose bytes another one holds that is being loaded and then fails', async () => {
  await rig.drop('sales/first.csv', salesCsv(20));
  await rig.untilFirstIs('loading');
  await rig.drop('sales/second.csv', salesCsv(20));
  await vi.waitFor(async () => expect((await files()).length).toBe(2), { timeout: 10_000 });
  await appendFile(join(rig.config.landingUrl, 'sales/first.csv'), '900001,late,5,x\n');
  await rig.startWorker();
  const [first, second] = await rig.receipts(2);
  const message = expect.stringMatching(
    /changed while it was being read: it had \d+ bytes and has \d+ now\.$/,
  );
  expect(first).toMatchObject({ status: 'failed', error: { code: 'LF_FILE_CHANGED', message } });
  expect(second).toMatchObject({ file: 'second.csv', status: 'done', rows: { loaded: 20 } });
});

it('goes on waiting after a restart', async () => {
  await rig.drop('sales/first.csv', salesCsv(20));
  await rig.untilFirstIs('loading');
  await rig.drop('sales/second.csv', salesCsv(20));
  await vi.waitFor(async () => expect((await files()).length).toBe(2), { timeout: 10_000 });
  await rig.coordinator.close();
  await rig.start();
  expect(await files()).toEqual(['first.csv loading', 'second.csv discovered']);
  await rig.startWorker();
  expect((await rig.receipts(2)).map(({ status }) => status)).toEqual(['done', 'duplicate']);
});

it('does not take a file for a second one that ends and is put away while it is noted', async () => {
  await rig.startWorker();
  await rig.drop('sales/a.csv', salesCsv(5));
  const [{ fileId }] = await rig.receipts(1);
  const [url] = await rig.column('select url from landfall.file');
  const { ledger } = rig.coordinator;
  await rig.coordinator.close();
  const archived = new URL(url as string);
  const landed = join(rig.config.landingUrl, 'sales/a.csv');
  const { pool } = rig.database;
  const setUrl = (to: string) => pool.query('update landfall.file set url = $1', [to]);
  const arrival = { dataset: 'sales', name: 'a.csv', key: 'sales/a.csv' };
  const landing = await openStorage(rig.config.landingUrl);
  const inFlight = new FilesInFlight();
  const note = async (storage: Storage) =>
    (await noteArrivals(storage, { ledger, scope: 'pool', inFlight }, [arrival]))[0] ?? null;

  // It is in flight.
  await rename(archived, landed);
  const [first] = await ledger.files();
  const there = { ...first, url: `file://${landed}` };
  inFlight.add(there);
  expect(await note(landing)).toBeNull();
  inFlight.remove(fileId);
  // It has ended and still lies there.
  await setUrl(`file://${landed}`);
  expect(await note(landing)).toBeNull();
  // It is put away after the first look.
  const leaving = Object.create(landing) as Storage;
  leaving.stat = async (key) => {
    const stored = await landing.stat(key);
    if (stored === null) return null;
    await rename(landed, archived);
    await setUrl(archived.href);
    return stored;
  };
  expect(await note(leaving)).toBeNull();
  expect(await rig.column('select file_id from landfall.file')).toEqual([fileId]);
});
