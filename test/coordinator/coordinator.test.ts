import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startFauxqs } from 'fauxqs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bigint, defineDataset } from '../../model/index.ts';
import { s3Defaults, setS3Settings } from '../../platform/storage/s3/s3-settings.ts';
import { S3Storage } from '../../platform/storage/s3/s3-storage.ts';
import { storeOutages } from '../../platform/storage/s3/store-outages.ts';
import { redisUrl } from '../support/index.ts';
import { openUploads } from '../support/uploads.ts';
import { openWay } from '../support/way.ts';
import { openRig, type Rig, salesCsv } from './support.ts';

let rig: Rig;

async function running(options: Parameters<typeof openRig>[0] = {}): Promise<void> {
  rig = await openRig(options);
  await rig.start();
  await rig.startWorker();
}

afterEach(async () => {
  await rig.close();
});

const nothing = async () => ({
  facts: (await rig.column('select count(*) from star.fact_sale'))[0],
  parts: (await rig.column('select count(*) from landfall.part'))[0],
  lake: (await rig.files('lake')).filter((file) => !file.startsWith('quarantine/') && !file.startsWith('.')),
});

describe.each([
  ['PostgreSQL', () => null],
  ['Redis', redisUrl],
])('the way of a file, queue on %s', (backend, url) => {
  it.skipIf(backend === 'Redis' && url() === null)(
    'goes from landing to archive, with a receipt that adds up',
    async () => {
      await running({ redisUrl: url(), chunkBytes: 4096 });
      await rig.drop('sales/may.csv', salesCsv(2000));
      const [receipt] = await rig.receipts(1);
      expect(receipt).toMatchObject({
        file: 'may.csv',
        dataset: 'sales',
        status: 'done',
        rows: { parsed: 2000, loaded: 2000, rejected: 0, deduplicated: 0 },
        lakeRows: 2000,
        starRows: 2000,
        layout: { header: ['id', 'shop', 'amount', 'note'] },
      });
      expect(receipt.chunks).toBeGreaterThan(5);
      expect(receipt.checks.every((check) => check.ok)).toBe(true);
      expect(receipt.checks.map((check) => check.name)).toContain('nothing_free');
      expect(await rig.column('select sum(id) from star.fact_sale')).toEqual([String(2001 * 1000)]);
      expect(await rig.column('select sum(sales) from star.sales_per_shop')).toEqual(['2000']);
      expect(await rig.files('landing')).toEqual([]);
      const day = new Date().toISOString().slice(0, 10);
      expect(await rig.files('archive')).toEqual([`sales/${day}/may.csv`]);
      expect(await rig.column('select url from landfall.file')).toEqual([
        expect.stringMatching(/\/archive\/sales\/.*may\.csv$/),
      ]);
    },
  );
});

describe('the way of a file', () => {
  it('loads files dropped together, small ones inline and large ones by scan, in one star', async () => {
    await running({ chunkBytes: 20_000 });
    await Promise.all([
      rig.drop('sales/a b.csv', salesCsv(100)),
      rig.drop('sales/-large.csv', salesCsv(5000, 1000)),
      rig.drop('sales/sub/ñ\n.csv', salesCsv(10, 10_000)),
    ]);
    const receipts = await rig.receipts(3);
    expect(receipts.map((receipt) => receipt.status)).toEqual(['done', 'done', 'done']);
    expect(await rig.column('select count(*) from star.fact_sale')).toEqual([5110]);
    expect((await rig.files('archive')).length).toBe(3);
    expect((await rig.coordinator.queues.counts()).work).toMatchObject({ waiting: 0, failed: 0 });
  });

  it('says of rows it rejects where they are, and loads the others', async () => {
    await running();
    await rig.drop('sales/some.csv', 'id,shop,amount\n1,a,5\n2,,6\nx,b,7\n4,d,8\n5,e,9\n');
    const [receipt] = await rig.receipts(1);
    expect(receipt).toMatchObject({
      status: 'done',
      rows: { parsed: 5, loaded: 3, rejected: 2, deduplicated: 0 },
      rejectsByCode: { LF_REJECT_MISSING: 1, LF_REJECT_TYPE: 1 },
    });
    expect(await rig.column('select line::int from landfall.reject order by line')).toEqual([3, 4]);
  });

  it('fails a file with too many rejects and leaves nothing of it, but the rejects to read', async () => {
    await running();
    await rig.drop('sales/good.csv', salesCsv(3, 100));
    await rig.receipts(1);
    const before = await nothing();
    await rig.drop('sales/bad.csv', 'id,shop,amount\n1,a,5\n2,b,6\n,c,7\n,d,8\n,e,8\n');
    const [, receipt] = await rig.receipts(2);
    expect(receipt).toMatchObject({
      status: 'failed',
      rows: { parsed: 5, loaded: 0, rejected: 3 },
      error: { code: 'LF_REJECT_LIMIT' },
    });
    expect(await nothing()).toEqual(before);
    expect(await rig.column('select count(*) from landfall.reject')).toEqual([3]);
    expect(await rig.files('failed')).toEqual(['sales/bad.csv', 'sales/bad.csv.error.json']);
    expect(JSON.parse(await readFile(join(rig.folder, 'failed/sales/bad.csv.error.json'), 'utf8'))).toEqual({
      code: 'LF_REJECT_LIMIT',
      message: expect.stringContaining('3 of 5 rows'),
      fix: expect.any(String),
      file: 'bad.csv',
      at: expect.stringMatching(/^\d{4}-/),
      rejectsByCode: { LF_REJECT_MISSING: 3 },
    });
  });

  it('fails a file whose facts break a data check', async () => {
    await running();
    await rig.drop('sales/free.csv', 'id,shop,amount\n1,a,5\n2,b,0\n');
    const [receipt] = await rig.receipts(1);
    expect(receipt.error).toMatchObject({ code: 'LF_CHECK', message: expect.stringContaining('"id":2') });
    expect(await nothing()).toMatchObject({ facts: 0, parts: 0, lake: [] });
  });

  it('loads the same content once, whatever it is called', async () => {
    await running();
    await rig.drop('sales/first.csv', salesCsv(50));
    await rig.receipts(1);
    await rig.drop('sales/second.csv', salesCsv(50));
    const [, receipt] = await rig.receipts(2);
    expect(receipt).toMatchObject({
      status: 'duplicate',
      rows: { parsed: 0, loaded: 0 },
      file: 'second.csv',
    });
    expect(receipt.error).toBeUndefined();
    expect(await rig.column("select error->>'message' from landfall.file order by file_id")).toEqual([
      null,
      'second.csv has the same content as first.csv (file 1), which is loaded.',
    ]);
    expect(await rig.column('select count(*) from star.fact_sale')).toEqual([50]);
    expect((await rig.files('archive')).length).toBe(2);
    expect(await rig.files('failed')).toEqual([]);
  });

  it('loads content once that is dropped many times at the same moment', async () => {
    await running({ chunkBytes: 2000 });
    await Promise.all(Array.from({ length: 6 }, (_, i) => rig.drop(`sales/copy-${i}.csv`, salesCsv(300))));
    const receipts = await rig.receipts(6);
    const states = receipts.map((receipt) => receipt.status).sort();
    expect(states).toEqual(['done', ...Array(5).fill('duplicate')]);
    expect(await rig.column('select count(*) from star.fact_sale')).toEqual([300]);
  });

  it('never writes over what is in the archive', async () => {
    await running();
    await rig.drop('sales/x.csv', salesCsv(1, 1));
    await rig.receipts(1);
    await rig.drop('sales/x.csv', salesCsv(1, 2));
    await rig.receipts(2);
    const kept = await rig.files('archive');
    expect(kept.map((file) => file.split('/').at(-1))).toEqual(['x.csv', 'x~2.csv']);
    const contents = await Promise.all(
      kept.map((file) => readFile(join(rig.folder, 'archive', file), 'utf8')),
    );
    expect(contents).toEqual([salesCsv(1, 1), salesCsv(1, 2)]);
  });

  it.each([
    ['an empty file', '', 'LF_FILE_EMPTY'],
    ['a binary file', Buffer.from([1, 2, 0, 3]), 'LF_FILE_BINARY'],
    ['a header of another dataset', 'a,b,c\n1,2,3\n', 'LF_HEADER'],
  ])('fails %s with a reason', async (_what, content, code) => {
    await running();
    await rig.drop('sales/odd.csv', content);
    const [receipt] = await rig.receipts(1);
    expect(receipt).toMatchObject({ status: 'failed', error: { code } });
    expect(await rig.files('failed')).toEqual(['sales/odd.csv', 'sales/odd.csv.error.json']);
  });

  it.each([
    ['a NUL', 'x\0y'],
    ['half a character', 'x\ud83dy'],
  ])('fails a file whose reason quotes %s', async (_what, field) => {
    const source = {
      name: 'wide',
      columns: { id: bigint() },
      star: { fact: 'fact_wide', columns: ['id'] },
    } as const;
    await running({ definitions: [defineDataset({ ...source, dialect: { encoding: 'utf-16le' } })] });
    await rig.drop('wide/odd.csv', Buffer.from(`${field}\n1\n`, 'utf16le'));
    const [receipt] = await rig.receipts(1);
    expect(receipt).toMatchObject({ status: 'failed', error: { code: 'LF_HEADER' } });
  });

  it('is done with a file that is a header and nothing else', async () => {
    await running();
    await rig.drop('sales/none.csv', salesCsv(0));
    const [receipt] = await rig.receipts(1);
    expect(receipt).toMatchObject({ status: 'done', rows: { parsed: 0 }, parts: 0, chunks: 1 });
  });

  it('leaves a file of an unknown dataset and says what would help', async () => {
    await running();
    await rig.drop('taxi/june.csv', 'a\n');
    await vi.waitFor(() => expect(rig.left().length).toBe(1), { timeout: 10_000 });
    expect(rig.coordinator.unknownFiles()).toMatchObject([
      { dataset: 'taxi', name: 'june.csv', error: { code: 'LF_LANDING_UNKNOWN' } },
    ]);
    expect(await rig.files('landing')).toEqual(['taxi/june.csv']);
  });

  it('fails a file whose chunk failed for good, in the words of its worker', async () => {
    await running();
    const error = { code: 'LF_ENRICHMENT', message: 'it does not compute', fix: 'fix it' };
    const { ledger } = rig.coordinator;
    vi.spyOn(ledger.constructor.prototype, 'claimChunk').mockImplementationOnce(async (chunkId: unknown) => {
      await ledger.failChunk(chunkId as number, error);
      return null;
    });
    await rig.drop('sales/fails.csv', salesCsv(200));
    const [receipt] = await rig.receipts(1);
    expect(receipt).toMatchObject({ status: 'failed', error });
    expect(await nothing()).toMatchObject({ facts: 0, parts: 0, lake: [] });
  });
});

describe('submit', () => {
  it('loads a file where it lies, with the dataset its header fits', async () => {
    rig = await openRig();
    await rig.start({ watch: false, scope: 'ingest-1' });
    await rig.startWorker('ingest-1');
    const path = join(rig.folder, 'mine.csv');
    await writeFile(path, salesCsv(20));
    const receipt = await rig.coordinator.settled(await rig.coordinator.submit({ path }));
    expect(receipt).toMatchObject({
      status: 'done',
      dataset: 'sales',
      file: 'mine.csv',
      rows: { loaded: 20 },
    });
    expect(await readFile(path, 'utf8')).toBe(salesCsv(20));
    expect(await rig.files('archive')).toEqual([]);
    const again = await rig.coordinator.settled(await rig.coordinator.submit({ path, dataset: 'sales' }));
    expect(again.status).toBe('duplicate');
  });

  it('asks the database for so many files at a time, in whatever number they are submitted', async () => {
    rig = await openRig();
    await rig.start({ watch: false, scope: 'ingest-3' });
    const paths = await Promise.all(
      Array.from({ length: 150 }, (_, i) => rig.write(`${i}.csv`, salesCsv(1, i))),
    );
    const { pool } = rig.database;
    let waiting = 0;
    const look = () => {
      waiting = Math.max(waiting, pool.waitingCount);
    };
    pool.on('acquire', look);
    const ids = await Promise.all(paths.map((path) => rig.coordinator.submit({ path, dataset: 'sales' })));
    pool.off('acquire', look);
    expect(waiting).toBeGreaterThan(10);
    expect(waiting).toBeLessThan(100);
    expect(new Set(ids).size).toBe(150);
  });

  it.each([
    ['a file that is not there', 'nowhere.csv', undefined, 'LF_FILE_MISSING'],
    ['a dataset that is not there', 'odd.csv', 'nope', 'LF_DATASET_UNKNOWN'],
    ['a header that fits no dataset', 'odd.csv', undefined, 'LF_DATASET_UNCLEAR'],
  ])('refuses %s', async (_what, name, dataset, code) => {
    rig = await openRig();
    await rig.start({ watch: false, scope: 'ingest-2' });
    await writeFile(join(rig.folder, 'odd.csv'), 'a,b\n1,2\n');
    await expect(rig.coordinator.submit({ path: join(rig.folder, name), dataset })).rejects.toMatchObject({
      code,
    });
  });

  it('waits for no file that the ledger does not know', async () => {
    rig = await openRig();
    await rig.start({ watch: false });
    await expect(rig.coordinator.settled(99)).rejects.toMatchObject({ code: 'LF_FILE_UNKNOWN' });
  });
});

it('a bucket is cleared of uploads that were abandoned; where it says nothing, it is shown, and keeps neither a worker nor the coordinator from closing', async () => {
  const server = await startFauxqs({ port: 0, logger: false });
  server.createBucket('files');
  const begun = new Date(Date.now() - 48 * 3600 * 1000);
  const abandoned = ['lake/sales/a', 'lake/_staging/sales/a', 'archive/sales/a', 'failed/sales/a'];
  const ofOthers = ['landing/sales/a', 'archive/else/a', 'lake/else/a'];
  const uploads = await openUploads(
    server.port,
    [...abandoned, ...ofOthers].map((key) => ({ path: `files/${key}`, begun, parts: [] })),
  );
  const way = await openWay(uploads.port);
  vi.stubEnv('AWS_ENDPOINT_URL_S3', way.address);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  setS3Settings({ ...s3Defaults, s3Timeout: 3600 });
  const at = (name: string) => `s3://files/${name}`;
  const stores = { landingUrl: at('landing'), lakeUrl: at('lake'), archiveUrl: at('archive') };
  // Nobody could wait for the lock of a job that is not given back.
  rig = await openRig({ settings: { ...stores, failedUrl: at('failed'), stopMs: 0, lockMs: 600_000 } });
  await new S3Storage(stores.landingUrl).put('sales/may.csv', salesCsv(2000));
  await rig.start();
  const request = storeOutages.begin({ url: stores.landingUrl, role: 'landing' });
  request.failed(Object.assign(new Error('no answer'), { name: 'TimeoutError' }));
  await rig.untilFirstIs('loading');
  way.freeze();
  const worker = await rig.startWorker();
  await way.held();
  await worker.close();
  way.thaw();
  await rig.startWorker();
  expect(await rig.receipts(1)).toMatchObject([{ status: 'done', rows: { loaded: 2000 } }]);
  way.freeze();
  await way.held();
  await rig.coordinator.close();
  request.end();
  setS3Settings(s3Defaults);
  vi.unstubAllEnvs();
  await way.cut();
  uploads.close();
  await server.stop();
  expect(uploads.left()).toEqual(ofOthers.map((key) => `files/${key}`));
  const outage = expect.objectContaining({ with: 'landing', code: 'LF_STORAGE' });
  expect(rig.outages).toContainEqual(['landing s3://files', outage]);
});
