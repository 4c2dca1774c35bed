/**
 * Parts in zstd: any Node reads them, and a Node that has zstd writes them. zstd.parquet is one.
 * `LANDFALL_WRITE_PART=1 npx vitest run test/sinks/lake/parquet/zstd-page.test.ts` writes it, with Node 22.15 or newer.
 */
import { copyFileSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { PlacedPart } from '../../../../ledger/tables/lake/compaction.ts';
import { zstdCompress } from '../../../../platform/storage/node-zstd.ts';
import { zstdDecoder, zstdPage } from '../../../../sinks/lake/parquet/zstd-page.ts';
import { mergeParts } from '../../../../sinks/lake/shared/merge-parts.ts';
import { openAhead } from '../../../../sinks/lake/shared/open-parts.ts';
import { tempFolder } from '../../../support/index.ts';
import { randomFrom } from '../../../support/random.ts';
import {
  duckRows,
  Folder,
  hyparquetMetadata,
  plain,
  type Row,
  readWithDuck,
  readWithHyparquet,
  readWithParquetWasm,
  type TestColumn,
  writeRows,
} from '../support.ts';

const stored = fileURLToPath(new URL('zstd.parquet', import.meta.url));

const columns: readonly TestColumn[] = [
  { name: 'number', logical: { type: 'bigint' }, required: true },
  { name: 'place', logical: { type: 'float8' } },
  { name: 'text', logical: { type: 'text' } },
];

/** 900 rows, whose numbers and texts are worth compressing. */
const rowsFrom = (seed: number): Row[] => {
  const random = randomFrom(seed);
  return Array.from({ length: 900 }, (_, i) => ({
    number: BigInt(seed * 100_000 + i * 60),
    place: random.below(4) === 0 ? null : random.next(),
    text: `station ${random.below(500)} of ${random.below(500)}`,
  }));
};
const [rows, others] = [rowsFrom(1), rowsFrom(2)];

const text = (row: Row) => columns.map(({ name }) => plain(row[name])).join('|');
const readers = [readWithDuck, readWithHyparquet, readWithParquetWasm];

async function codecsOf(path: string): Promise<Set<string>> {
  const { row_groups: groups } = await hyparquetMetadata(path);
  return new Set(groups.flatMap((group) => group.columns.map(({ meta_data }) => meta_data!.codec)));
}

/** A partition with a part in zstd, which is there, and one in Snappy. */
async function mixedPartition() {
  const lake = new Folder(tempFolder());
  const [snappy] = await writeRows(lake, columns, [], others, { chunkNumber: 2 });
  const path = join(dirname(snappy.path), 'zstd.parquet');
  mkdirSync(dirname(join(lake.root, path)), { recursive: true });
  copyFileSync(stored, join(lake.root, path));
  const zstd = { path, rows: rows.length, bytes: statSync(stored).size };
  return { lake, zstd, snappy };
}

function placed(part: { path: string; rows: number; bytes: number }, chunkId: number): PlacedPart {
  const chunks = [{ chunkId, rows: part.rows, ownPath: '', fileId: 1, version: 'v', bytes: 0 }];
  return { folder: 'trial', ...part, sharedId: null, chunks };
}

it('lie beside parts in Snappy: each reader reads both', async () => {
  const { lake, zstd, snappy } = await mixedPartition();
  expect(await codecsOf(stored)).toContain('ZSTD');
  expect(await codecsOf(join(lake.root, snappy.path))).toContain('SNAPPY');
  for (const [part, wanted] of [
    [zstd, rows],
    [snappy, others],
  ] as const)
    for (const read of readers)
      expect((await read(join(lake.root, part.path), columns)).map(text)).toEqual(wanted.map(text));
  const folder = dirname(join(lake.root, zstd.path));
  const [{ count, sum }] = await duckRows(
    `select count(*) as count, sum(number)::bigint as sum from read_parquet('${folder}/*.parquet')`,
  );
  const total = [...rows, ...others].reduce((all, { number }) => all + (number as bigint), 0n);
  expect({ count, sum }).toEqual({ count: 1800n, sum: total });
});

it.each([
  ['copied', { copiedRows: 1 }],
  ['encoded again', { copiedRows: 1e9, copiedBytes: 1e9 }],
])('are merged with parts in Snappy, where row groups are %s', async (way, limits) => {
  for (const compression of ['zstd', 'snappy'] as const) {
    const { lake, zstd, snappy } = await mixedPartition();
    const parts = [placed(zstd, 1), placed(snappy, 2)];
    await mergeParts(openAhead(lake, parts), { lake, key: 'one', metadata: {}, compression, ...limits });
    for (const read of readers)
      expect((await read(join(lake.root, 'one'), columns)).map(text).sort()).toEqual(
        [...rows, ...others].map(text).sort(),
      );
    const codecs = await codecsOf(join(lake.root, 'one'));
    const canWrite = zstdCompress !== null;
    expect(codecs.has('ZSTD')).toBe(way === 'copied' || (canWrite && compression === 'zstd'));
    expect(codecs.has('SNAPPY')).toBe(way === 'copied' || !codecs.has('ZSTD'));
  }
});

it('are written by a Node that has zstd, and are smaller; any other says that it has none', async () => {
  const lake = new Folder(tempFolder());
  const writing = writeRows(lake, columns, [], rows, { compression: 'zstd' });
  if (zstdCompress === null) {
    expect(process.versions.node).toMatch(/^(20\.|22\.(\d|1[0-4])\.)/);
    await expect(writing).rejects.toThrow('Node has no zstd');
    return;
  }
  const [part] = await writing;
  const [snappy] = await writeRows(lake, columns, [], rows, { chunkNumber: 4 });
  expect(await codecsOf(join(lake.root, part.path))).toContain('ZSTD');
  expect(part.bytes).toBeLessThan(snappy.bytes);
  for (const read of readers)
    expect((await read(join(lake.root, part.path), columns)).map(text)).toEqual(rows.map(text));
  if (process.env.LANDFALL_WRITE_PART === '1') copyFileSync(join(lake.root, part.path), stored);
  const decode = await zstdDecoder();
  for (const size of [0, 1, 100_000]) {
    const body = new Uint8Array(size).map((_, i) => (i * i) >> 7);
    expect(decode(zstdPage(body), size)).toEqual(body);
  }
});
