/**
 * How many bytes of the ledger a small file takes, by its tables and indexes as they lie on the disk. The steps are those
 * of a group of files that land, are loaded and are put away; VACUUM comes as often as autovacuum does in a burst. With
 * fewer files than `npm run bench:ledger` has, the first ones weigh more.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Ledger } from '../../ledger/ledger.ts';
import { noteAllMoved, noteMoves } from '../../ledger/tables/archive.ts';
import { landFiles } from '../../ledger/tables/files.ts';
import { filesAndChunks, finishGroup, planGroup } from '../../ledger/tables/groups.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Receipt } from '../../platform/file-receipt.ts';
import { type TestDatabase, testDatabase } from '../support/index.ts';

const groups = 40;
const ofGroup = 64;

let database: TestDatabase;
let ledger: Ledger;
beforeAll(async () => {
  database = await testDatabase();
  ledger = new Ledger(database.pool);
  await database.pool.query(
    `insert into landfall.definition (version, dataset, definition) values ('e6265104c1bc3913', 'trips', '{}')`,
  );
});
afterAll(() => database.drop());

const definitionVersion = 'e6265104c1bc3913';
const layout = {
  ...{ trim: false, quote: '"', escape: null, comment: null, detected: ['lineEnds'], encoding: 'utf-8' },
  ...{
    lineEnds: 'lf',
    longRows: 'reject',
    blankRows: 'read',
    delimiter: ',',
    shortRows: 'reject',
    fieldCount: 5,
  },
  header: ['region', 'origin_coord', 'destination_coord', 'datetime', 'datasource'],
  ...{ headerBytes: 58, headerLines: 1, fieldOfColumn: [0, 1, 2, 3, 4] },
} as never;

/** Ten checks, as the reconciliation of a file of 5 rows in 3 partitions makes them. */
const checksOf = (fingerprint: string, bytes: number) =>
  [
    ['file unchanged', `fingerprint ${fingerprint}`],
    ['chunks cover the file', `1 of 1 chunk, to byte ${bytes} of ${bytes}`],
    ['chunks are committed', 'all'],
    ['rows add up', '5 parsed = 5 loaded + 0 rejected + 0 deduplicated'],
    ['rejects on record', 'ledger 0 = rejects 0'],
    ['parts are there', '3 parts'],
    ['rows in the lake', 'ledger 5 = written 5 = manifest 5 = parts 5'],
    ['rows in the star', 'ledger 5 = star 5'],
    ['region_spelled_one_way', 'no row'],
    ['names_not_blank', 'no row'],
  ].map(([name, detail]) => ({ name, detail, ok: true }));

async function loadGroup(at: number): Promise<void> {
  const { pool } = database;
  const numbers = Array.from({ length: ofGroup }, (_, i) => at * ofGroup + i);
  const landed = await landFiles(
    pool,
    'pool',
    numbers.map((n) => ({
      ...{ dataset: 'trips', name: `${n}.csv`, url: `file:///srv/landfall/landing/trips/${n}.csv` },
      ...{ bytes: 480 + (n % 40), fingerprint: `${480 + (n % 40)}-1796056267${n + 1e9}-${2_000_000 + n}` },
    })),
  );
  const hash = (n: number) => `sha256:${String((n * 7919) % 99_991).padStart(64, '9a8b7c6d5e')}`;
  const plans = landed.map(({ fileId }, i) => ({ fileId, contentHash: hash(numbers[i]), layout }));
  const jobs = await planGroup(pool, { dataset: 'trips', definitionVersion }, plans);
  const claims = await ledger.claimChunks(
    jobs.map(({ chunkId }) => chunkId),
    'worker-25644-1c09b6#g5',
  );
  await inTransaction(pool, (client) =>
    ledger.commitChunks(
      client,
      jobs.map(({ chunkId, fileId }) => ({
        ...{
          chunkId,
          fileId,
          fencingToken: claims.get(chunkId)!.fencingToken,
          rejects: [],
          definitionVersion,
        },
        rows: { parsed: 5, loaded: 5, rejected: 0, deduplicated: 0 },
        accounts: {
          lake: {
            ...{ rows: 5, bytes: 5590 },
            parts: ['05', '06', '07'].map((month) => ({
              path: `trips/year=2018/month=${month}/f${fileId}-c0-e6265104.parquet`,
              ...{ rows: 2, bytes: 1913 },
            })),
          },
          star: { rows: 5, bytes: 310 },
        },
      })),
    ),
  );
  const files = (
    await filesAndChunks(
      pool,
      landed.map(({ fileId }) => fileId),
    )
  ).map(({ file }) => file);
  const ended = files.map((file) => ({ file, receipt: receiptOf(file) as Receipt }));
  await inTransaction(pool, async (client) => {
    await client.query(
      `insert into landfall.snapshot (snapshot_id, dataset, file_id, kind) select $1, 'trips', unnest($2::integer[]), 'end'`,
      [at, files.map(({ fileId }) => fileId)],
    );
    expect((await finishGroup(client, ended)).size).toBe(ofGroup);
  });
  const moves = files.map(({ fileId, url, fingerprint }) => {
    return { fileId, fingerprint, from: url, to: url.replace('landing/trips', 'archive/trips/2026-11-30') };
  });
  await noteMoves(pool, moves);
  await noteAllMoved(pool, moves);
}

const receiptOf = (file: Awaited<ReturnType<typeof filesAndChunks>>[0]['file']) => ({
  ...{
    file: file.name,
    fileId: file.fileId,
    dataset: 'trips',
    definitionVersion,
    contentHash: file.contentHash,
  },
  ...{ status: 'done', bytes: file.bytes, chunks: 1, parts: 3, lakeRows: 5, lakeBytes: 5590, starRows: 5 },
  rows: { parsed: 5, loaded: 5, rejected: 0, deduplicated: 0 },
  ...{ rejectsByCode: {}, layout: file.layout, drift: null, checks: checksOf(file.fingerprint, file.bytes) },
  ...{
    startedAt: file.startedAt!.toISOString(),
    finishedAt: new Date().toISOString(),
    seconds: 0.326,
    rowsPerSecond: 15,
  },
});

it('a file of 5 rows in 3 partitions takes at most 3,000 bytes', async () => {
  const { pool } = database;
  for (let at = 0; at < groups; at++) {
    await loadGroup(at);
    if (at % 4 === 3) await pool.query('vacuum landfall.file, landfall.chunk');
  }
  const { rows } = await pool.query<{ name: string; bytes: number }>(
    `select relname as name, round(pg_relation_size(oid) / $1::float8)::int as bytes from pg_class
     where relnamespace = 'landfall'::regnamespace and relkind in ('r', 'i')
       or oid in (select reltoastrelid from pg_class where relnamespace = 'landfall'::regnamespace)
     order by 2 desc`,
    [groups * ofGroup],
  );
  const large = rows.filter(({ bytes }) => bytes > 10);
  const sum = large.reduce((total, { bytes }) => total + bytes, 0);
  expect(sum, large.map(({ name, bytes }) => `${name} ${bytes}`).join('\n')).toBeLessThanOrEqual(3000);
});
