/** A chunk's way into the lake, from the first batch to published parts. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { StorageWriter } from '../../../platform/storage/contract.ts';
import { makeFolder } from '../../../platform/storage/folder.ts';
import { openLakeChunk } from '../../../sinks/lake/lake-chunk.ts';
import { tempFolder } from '../../support/index.ts';
import {
  duckRows,
  Folder,
  hyparquetMetadata,
  type Row,
  type TestColumn,
  testDataset,
  vectorOf,
  writeRows,
} from './support.ts';

const columns: TestColumn[] = [
  { name: 'number', logical: { type: 'integer' }, required: true },
  { name: 'region', logical: { type: 'text' }, kind: 'dictionary' },
  { name: 'distance', logical: { type: 'float8' } },
  { name: 'note', logical: { type: 'text' } },
];
const byRegion = [{ name: 'region', vector: 'region', pad: 0 }];

const rowsOf = (count: number, regions: readonly (string | null)[]): Row[] =>
  Array.from({ length: count }, (_, number) => ({
    number,
    region: regions[(number * 7919) % regions.length],
    distance: number % 10 === 0 ? null : number / 7,
    note: `note ${number}`,
  }));

/** All rows of a lake's dataset, in the order of `number`. */
const readLake = (lake: { root: string }) =>
  duckRows(`select number, region, distance, note
    from read_parquet('${lake.root}/trial/**/*.parquet', hive_partitioning = true, hive_types_autocast = false)
    order by number`);

describe('hive partitions', () => {
  test('DuckDB reads odd values, empty texts and nulls back from the folders', async () => {
    const lake = new Folder(tempFolder());
    const odd = [
      'São Paulo',
      'a/b=c',
      '..',
      '%2F',
      "it's *?[x]",
      '日本 🚲',
      'x&y+z',
      '~',
      ' ',
      '12',
      '1e3',
      'true',
    ];
    const regions = ['Prague', ...odd, '', null, 'null', 'NULL', '__HIVE_DEFAULT_PARTITION__'];
    const rows = rowsOf(1000, regions);
    const parts = await writeRows(lake, columns, byRegion, rows);
    expect(parts.length).toBe(regions.length);
    expect(await readLake(lake)).toEqual(rows);
  });

  test('part names say file, chunk and definition; padding and order of folders are the definition’s', async () => {
    const lake = new Folder(tempFolder());
    const time: TestColumn[] = [
      { name: 'year', logical: { type: 'integer' } },
      { name: 'month', logical: { type: 'integer' } },
      { name: 'value', logical: { type: 'bigint' } },
    ];
    const rows = Array.from({ length: 30 }, (_, i) => ({
      year: 2017 + (i % 2),
      month: (i % 12) + 1,
      value: BigInt(i),
    }));
    const by = [
      { name: 'year', vector: 'year', pad: 4 },
      { name: 'month', vector: 'month', pad: 2 },
    ];
    const parts = await writeRows(lake, time, by, rows, { fileId: 12, chunkNumber: 4 });
    expect(parts[0].path).toBe('trial/year=2017/month=01/f12-c4-01234567.parquet');
    expect((await lake.keys()).sort()).toEqual(parts.map(({ path }) => path).sort());
    for (const part of parts) expect((await lake.stat(part.path))!.bytes).toBe(part.bytes);
    const read = await duckRows(
      `select year, month, value from read_parquet('${lake.root}/trial/**/*.parquet') order by value`,
    );
    expect(read).toEqual(
      rows.map((row) => ({
        ...row,
        year: BigInt(row.year),
        month: expect.stringMatching(/^\d\d$/),
        value: row.value,
      })),
    );
  });

  test('too many partitions and too long values are named', async () => {
    const lake = new Folder(tempFolder());
    const many = rowsOf(
      10_001,
      Array.from({ length: 10_001 }, (_, i) => `r${i}`),
    );
    await expect(writeRows(lake, columns, byRegion, many, { batchRows: 10_001 })).rejects.toMatchObject({
      code: 'LF_PARTITIONS',
    });
    await expect(writeRows(lake, columns, byRegion, rowsOf(3, ['x'.repeat(250)]))).rejects.toMatchObject({
      code: 'LF_PARTITION_NAME',
    });
    expect(await lake.keys()).toEqual([]);
  });
});

describe('bounds', () => {
  test('row groups have their size, and order is kept across them', async () => {
    const lake = new Folder(tempFolder());
    const rows = rowsOf(2500, ['Prague']);
    const [part] = await writeRows(lake, columns, [], rows, { rowGroupRows: 1024, batchRows: 700 });
    const metadata = await hyparquetMetadata(join(lake.root, part.path));
    expect(metadata.row_groups.map((group) => Number(group.num_rows))).toEqual([1024, 1024, 452]);
    expect(await readLake(lake)).toEqual(rows);
  });

  test('with little memory row groups come early and few writers are open', async () => {
    const lake = new Folder(tempFolder());
    const rows = rowsOf(
      6000,
      Array.from({ length: 60 }, (_, i) => `region ${i}`),
    );
    const parts = await writeRows(lake, columns, byRegion, rows, { memoryBytes: 40_000, batchRows: 500 });
    expect(parts.length).toBe(60);
    expect(lake.openMax).toBeLessThanOrEqual(16);
    expect(await lake.keys()).toEqual(parts.map(({ path }) => path).sort());
    const metadata = await hyparquetMetadata(join(lake.root, parts[0].path));
    expect(metadata.row_groups.length).toBeGreaterThan(1);
    expect(await readLake(lake)).toEqual(rows);
  });

  test('memory kept for an empty partition is let go too', async () => {
    const lake = new Folder(tempFolder());
    const rows = rowsOf(400, ['Prague']);
    await writeRows(lake, columns, byRegion, rows, { rowGroupRows: 100, batchRows: 100, memoryBytes: 100 });
    expect(await readLake(lake)).toEqual(rows);
  });

  test('pages are about a mebibyte', async () => {
    const lake = new Folder(tempFolder());
    const text: TestColumn[] = [{ name: 'note', logical: { type: 'text' } }];
    const rows = Array.from({ length: 3000 }, (_, i) => ({ note: i % 7 === 0 ? null : `${i} `.repeat(300) }));
    const [part] = await writeRows(lake, text, [], rows);
    const [
      {
        columns: [chunk],
      },
    ] = (await hyparquetMetadata(join(lake.root, part.path))).row_groups;
    const [{ count }] = chunk.meta_data!.encoding_stats!;
    expect(count).toBeGreaterThanOrEqual(3);
    const read = await duckRows(`select note from '${join(lake.root, part.path)}'`);
    expect(read).toEqual(rows);
  });
});

describe('encodings', () => {
  const chunkOf = async (column: TestColumn, values: (string | number)[]) => {
    const lake = new Folder(tempFolder());
    const rows = values.map((value) => ({ [column.name]: value }));
    const [part] = await writeRows(lake, [column], [], rows, { batchRows: 10_000 });
    const path = join(lake.root, part.path);
    expect(await duckRows(`select * from '${path}'`)).toEqual(rows);
    return (await hyparquetMetadata(path)).row_groups[0].columns[0].meta_data!;
  };
  const text: TestColumn = { name: 'v', logical: { type: 'text' } };
  const coded: TestColumn = { ...text, kind: 'dictionary' };
  const whole: TestColumn = { name: 'v', logical: { type: 'integer' } };
  const list = <T>(count: number, of: (i: number) => T) => Array.from({ length: count }, (_, i) => of(i));

  test('codes go out as codes, with only the texts in use', async () => {
    const chunk = await chunkOf(
      coded,
      list(5000, (i) => `city ${i % 20}`),
    );
    expect(chunk.encodings).toContain('RLE_DICTIONARY');
    expect(Number(chunk.total_compressed_size)).toBeLessThan(5000);
  });

  test('codes of texts that hardly repeat go out as texts', async () => {
    const chunk = await chunkOf(
      coded,
      list(1000, (i) => `${i}`),
    );
    expect(chunk.encodings).not.toContain('RLE_DICTIONARY');
  });

  test('integers of a small range become codes, others stay', async () => {
    expect(
      (
        await chunkOf(
          whole,
          list(5000, (i) => i % 24),
        )
      ).encodings,
    ).toContain('RLE_DICTIONARY');
    expect(
      (
        await chunkOf(
          whole,
          list(5000, (i) => (i * 7919 * 7919) | 0),
        )
      ).encodings,
    ).not.toContain('RLE_DICTIONARY');
  });

  test('a column is compressed only where it pays', async () => {
    expect(
      (
        await chunkOf(
          text,
          list(5000, (i) => `the same words again ${i}`),
        )
      ).codec,
    ).toBe('SNAPPY');
    const noise = await chunkOf(
      { name: 'v', logical: { type: 'float8' } },
      list(5000, (i) => Math.sin(i)),
    );
    expect(noise.codec).toBe('UNCOMPRESSED');
  });

  test('doubles of which few are distinct are stored as a dictionary', async () => {
    const places = await chunkOf(
      { name: 'v', logical: { type: 'float8' } },
      list(5000, (i) => 40.71737016848365 + (i % 100)),
    );
    expect(places.encodings).toContain('RLE_DICTIONARY');
    // Seven bits each, and a hundred entries.
    expect(Number(places.total_compressed_size)).toBeLessThan(5500);
  });
});

describe('what a part says of itself', () => {
  test('where its rows come from', async () => {
    const lake = new Folder(tempFolder());
    const [part] = await writeRows(lake, columns, [], rowsOf(3, ['x']), { byteStart: 100, byteEnd: 250 });
    const metadata = await hyparquetMetadata(join(lake.root, part.path));
    expect(metadata.created_by).toBe('landfall');
    expect(Object.fromEntries(metadata.key_value_metadata!.map(({ key, value }) => [key, value]))).toEqual({
      'landfall.dataset': 'trial',
      'landfall.definition': '0123456789abcdef',
      'landfall.file': '7',
      'landfall.chunk': '3',
      'landfall.bytes': '100-250',
    });
  });

  test('nullability is the definition’s, whatever the data', async () => {
    const lake = new Folder(tempFolder());
    const [part] = await writeRows(lake, columns, [], rowsOf(3, ['x']));
    const { schema } = await hyparquetMetadata(join(lake.root, part.path));
    expect(schema.slice(1).map(({ name, repetition_type }) => [name, repetition_type])).toEqual([
      ['number', 'REQUIRED'],
      ['region', 'OPTIONAL'],
      ['distance', 'OPTIONAL'],
      ['note', 'OPTIONAL'],
    ]);
  });
});

describe('from staged to published', () => {
  const dataset = testDataset(columns, byRegion);
  const batchOf = (rows: readonly Row[]) => ({
    rows: rows.length,
    vectors: new Map(
      columns.map((column) => [
        column.name,
        vectorOf(
          column,
          rows.map((row) => row[column.name]),
        ),
      ]),
    ),
  });
  const open = (lake: Folder, fencingToken: number, memoryBytes?: number, signal?: AbortSignal) =>
    openLakeChunk({ dataset, lake, fileId: 7, chunkNumber: 3, fencingToken, memoryBytes, signal });
  const regions = ['Prague', 'Turin', 'Hamburg'];
  const published = regions.map((region) => `trial/region=${region}/f7-c3-01234567.parquet`).sort();

  test('nothing is visible before publish, and no reader of the lake takes what is staged for a part', async () => {
    const lake = new Folder(tempFolder());
    const chunk = open(lake, 1);
    await chunk.write(batchOf(rowsOf(100, regions)));
    await chunk.finish();
    const staged = await lake.keys();
    expect(staged.length).toBe(3);
    for (const key of staged) expect(key).toMatch(/^_staging\/trial\/f7-c3-t1-.*(?<!\.parquet)$/);
    await chunk.publish();
    expect(await lake.keys()).toEqual(published);
  });

  test('a batch’s memory may be used again once write has settled', async () => {
    const lake = new Folder(tempFolder());
    const chunk = open(lake, 1);
    const rows = rowsOf(100, regions);
    const batch = batchOf(rows);
    await chunk.write(batch);
    for (const vector of batch.vectors.values()) {
      if (vector.kind === 'utf8') vector.bytes.fill(0x21);
      else (vector as { values: Int32Array }).values.fill(1);
      vector.validity?.fill(0);
    }
    await chunk.finish();
    await chunk.publish();
    expect(await readLake(lake)).toEqual(rows);
  });

  test('an aborted chunk leaves nothing, however far it came', async () => {
    for (const stop of ['written', 'flushed', 'finished'] as const) {
      const lake = new Folder(tempFolder());
      const chunk = open(lake, 1, stop === 'flushed' ? 1000 : undefined);
      await chunk.write(batchOf(rowsOf(100, regions)));
      if (stop === 'finished') await chunk.finish();
      await chunk.abort();
      expect(await lake.keys()).toEqual([]);
      expect(lake.open).toBe(0);
    }
  });

  test('a chunk that is to be given back writes none of its other parts', async () => {
    const lake = new Folder(tempFolder());
    const stopping = new AbortController();
    const chunk = open(lake, 1, undefined, stopping.signal);
    await chunk.write(batchOf(rowsOf(100, regions)));
    stopping.abort(new Error('the worker is closing'));
    await expect(chunk.finish()).rejects.toThrow('the worker is closing');
    await chunk.abort();
    expect(await lake.keys()).toEqual([]);
  });

  test('a repeat clears what the killed try left, and puts the same bytes in the same places', async () => {
    const lake = new Folder(tempFolder());
    const rows = rowsOf(500, regions);
    const killed = open(lake, 1);
    await killed.write(batchOf(rows));
    await killed.finish();
    await killed.publish();
    const first = await Promise.all(published.map((key) => readFile(join(lake.root, key))));
    const second = open(lake, 2);
    await second.write(batchOf(rows));
    await second.finish();
    const third = open(lake, 3);
    await third.write(batchOf(rows));
    await third.finish();
    expect((await lake.keys()).filter((key) => key.includes('-t2-'))).toEqual([]);
    await third.publish();
    expect(await lake.keys()).toEqual(published);
    const last = await Promise.all(published.map((key) => readFile(join(lake.root, key))));
    expect(last.map((bytes, i) => Buffer.compare(bytes, first[i]))).toEqual([0, 0, 0]);
  });

  test('a try that lost its chunk cannot take published parts away', async () => {
    const lake = new Folder(tempFolder());
    const rows = rowsOf(100, regions);
    const lost = open(lake, 1);
    await lost.write(batchOf(rows));
    await lost.finish();
    const winner = open(lake, 2);
    await winner.write(batchOf(rows));
    await winner.finish();
    await winner.publish();
    await expect(lost.publish()).rejects.toThrow();
    await lost.abort();
    expect(await lake.keys()).toEqual(published);
    expect(await readLake(lake)).toEqual(rows);
  });

  test('a store that fails fails the chunk once all its writes have ended, and abort clears up', async () => {
    class Full extends Folder {
      override async writer(key: string): Promise<StorageWriter> {
        const writer = await super.writer(key);
        if (!key.includes('-p1')) return writer;
        return { ...writer, write: () => Promise.reject(new Error('no space left')) };
      }
    }
    const lake = new Full(tempFolder());
    const chunk = open(lake, 1);
    await chunk.write(batchOf(rowsOf(100, regions)));
    await expect(chunk.finish()).rejects.toThrow('no space left');
    await chunk.abort();
    expect(await lake.keys()).toEqual([]);
    expect(lake.open).toBe(0);
  });

  test('a chunk without rows has no parts', async () => {
    const lake = new Folder(tempFolder());
    const chunk = open(lake, 1);
    await chunk.write(batchOf([]));
    expect(await chunk.finish()).toEqual([]);
    await chunk.publish();
    expect(await lake.keys()).toEqual([]);
  });

  test('a batch that lacks a column, or nulls where none may be, is ours to fix', async () => {
    const chunk = open(new Folder(tempFolder()), 1);
    const lacking = batchOf(rowsOf(2, regions));
    lacking.vectors.delete('note');
    await expect(chunk.write(lacking)).rejects.toMatchObject({
      code: 'LF_INTERNAL',
      message: expect.stringContaining('note'),
    });
    const nulls = batchOf([{ number: null, region: 'x', distance: 1, note: '' }]);
    await expect(chunk.write(nulls)).rejects.toMatchObject({
      code: 'LF_INTERNAL',
      message: expect.stringContaining('number'),
    });
    const wrong = batchOf(rowsOf(2, regions));
    wrong.vectors.set('note', vectorOf({ name: 'note', logical: { type: 'integer' } }, [1, 2]));
    await expect(chunk.write(wrong)).rejects.toMatchObject({
      code: 'LF_INTERNAL',
      message: expect.stringContaining('int32'),
    });
  });

  test('the folder store of the platform serves as well', async () => {
    const root = tempFolder();
    const lake = await makeFolder(join(root, 'lake'));
    const rows = rowsOf(2000, regions);
    const chunk = openLakeChunk({
      dataset,
      lake,
      fileId: 1,
      chunkNumber: 0,
      fencingToken: 2,
      memoryBytes: 20_000,
    });
    for (let from = 0; from < 2000; from += 500) await chunk.write(batchOf(rows.slice(from, from + 500)));
    const parts = await chunk.finish();
    await chunk.publish();
    expect(parts.reduce((sum, part) => sum + part.rows, 0)).toBe(2000);
    const keys: string[] = [];
    for await (const { key } of lake.list()) keys.push(key);
    expect(keys.sort()).toEqual(parts.map(({ path }) => path).sort());
    expect(await readLake({ root: join(root, 'lake') })).toEqual(rows);
  });
});
