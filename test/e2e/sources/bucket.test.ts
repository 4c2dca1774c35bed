/** Files that land in a bucket: found, cut, loaded and archived there, and known by what they hold. */
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterEach, expect, it, vi } from 'vitest';
import { S3Storage } from '../../../platform/storage/s3/s3-storage.ts';
import { type TestDatabase, tempFolder, testDatabase } from '../../support/index.ts';
import { account, definition, header, rows } from '../again.ts';
import { holdLock } from '../lock.ts';
import { type TestSite, testSite } from '../site.ts';

let server: FauxqsServer | undefined;
let site: TestSite | undefined;
let database: TestDatabase | undefined;
afterEach(async () => {
  await site?.close();
  await database?.drop();
  await server?.stop();
  vi.unstubAllEnvs();
});

/** Enough of them for a few chunks. */
const many = 3_000;
const text = (first: number, count = many) => `${[header, ...rows(first, count)].join('\n')}\n`;
const idsFrom = (first: number, count = many) => Array.from({ length: count }, (_, i) => first + i);

/** By key. */
async function objectsIn(store: S3Storage) {
  const objects: { key: string; text: string }[] = [];
  for await (const { key, bytes } of store.list()) {
    const pieces: Buffer[] = [];
    for await (const piece of store.read(key, { start: 0, end: bytes })) pieces.push(Buffer.from(piece));
    objects.push({ key, text: Buffer.concat(pieces).toString() });
  }
  return objects;
}

it('objects are loaded once by what they hold, in the version that lies there, and never half of one and half of another', async () => {
  server = await startFauxqs({ port: 0, logger: false });
  server.createBucket('files');
  // Workers inherit them.
  vi.stubEnv('AWS_ENDPOINT_URL_S3', `http://127.0.0.1:${server.port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  const [landing, archive, lake] = ['landing', 'archive', 'lake'].map(
    (name) => new S3Storage(`s3://files/${name}`),
  );
  await landing.put('riders/a.csv', text(1));
  await landing.put('riders/c.csv', text(10_001));

  database = await testDatabase();
  // No chunk can commit.
  const lock = await holdLock({ database }, 'lock table landfall.part in share mode');
  const folder = tempFolder();
  site = await testSite({
    backend: 'postgres',
    chunkBytes: 16 * 1024,
    folder,
    database,
    datasets: [definition(folder, { versions: 'replace' })],
    lakeUrl: lake.url,
    settings: { LANDING_URL: landing.url, ARCHIVE_URL: archive.url },
  });
  await lock.waitedFor();
  await landing.put('riders/c.csv', text(20_001));
  await landing.put('riders/b.csv', text(1));
  await lock.release();
  const a = await site.receiptOf('a.csv');
  expect(a).toMatchObject({ status: 'done', rows: { parsed: many, loaded: many } });
  expect(a.chunks).toBeGreaterThan(2);
  const broken = await site.receiptOf('c.csv');
  expect(broken).toMatchObject({ status: 'failed', error: { code: 'LF_FILE_CHANGED' }, rows: { loaded: 0 } });
  expect(await site.receiptOf('b.csv')).toMatchObject({
    status: 'duplicate',
    rows: { loaded: 0 },
    checks: [expect.objectContaining({ detail: expect.stringContaining('a.csv') })],
  });
  const c = await site.receiptOf('c.csv', broken.fileId);
  expect(c).toMatchObject({ status: 'done', rows: { loaded: many } });

  await landing.put('riders/a.csv', text(30_001, 50));
  const version = await site.receiptOf('a.csv', a.fileId);
  expect(version).toMatchObject({ status: 'done', rows: { loaded: 50 }, link: { kind: 'replaces' } });

  expect(await account(site)).toMatchObject({
    ids: [...idsFrom(20_001), ...idsFrom(30_001, 50)],
    lake_rows: many + 50,
    mart: many + 50,
  });
  const parts = await site.query<{ path: string }>(`select distinct coalesce(s.path, p.path) as path
     from landfall.part p left join landfall.shared_part s using (shared_id) order by path`);
  expect((await objectsIn(lake)).map(({ key }) => key)).toEqual(parts.map(({ path }) => path));
  expect(await objectsIn(landing)).toEqual([]);
  const kept = (await objectsIn(archive)).map(({ key, text: content }) => [
    key.replace(/riders.[-\d]+.|~\d+/g, ''),
    content.split('\n')[1].split(',')[0],
  ]);
  // Its name, and the id in its first row.
  expect(kept).toEqual([
    ['a.csv', '1'],
    ['a.csv', '30001'],
    ['b.csv', '1'],
    ['c.csv', '20001'],
  ]);
}, 60_000);
