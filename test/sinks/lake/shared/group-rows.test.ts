/** The rows of a group come back as they were, each with its chunk, and those of chunks that failed do not. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { CompiledDataset } from '../../../../model/compiled.ts';
import { GroupRows } from '../../../../sinks/lake/shared/group-rows.ts';
import { tempFolder } from '../../../support/index.ts';
import { randomFrom } from '../../../support/random.ts';
import {
  Folder,
  GrowingDictionary,
  type Row,
  readWithDuck,
  readWithParquetWasm,
  type TestColumn,
  testDataset,
  vectorOf,
} from '../support.ts';
import { columns, rowsOf, text } from './every-type.ts';

const city: TestColumn = { name: 'city', logical: { type: 'text' }, kind: 'dictionary' };
const partitionBy: CompiledDataset['lake']['partitionBy'] = [
  { name: 'hour', vector: 'hour', pad: 2 },
  { name: 'city', vector: 'city', pad: 0 },
];
const all = [...columns, city];
const cities = ['Praha', 'Brno', 'Plzeň', 'Most'];

/** As a kernel has its dictionaries: one after another in the same memory. */
class KernelTexts {
  private readonly dictionaries = new Map<string, GrowingDictionary>();

  of(column: string): GrowingDictionary {
    const known = this.dictionaries.get(column) ?? new GrowingDictionary();
    this.dictionaries.set(column, known);
    return known;
  }

  /** The next chunk is read. */
  forget(): void {
    for (const dictionary of this.dictionaries.values()) dictionary.texts.length = 0;
  }
}

function batchOf(rows: readonly Row[], of: readonly TestColumn[], texts: KernelTexts) {
  const vectors = of.map((column) => {
    const values = rows.map((row) => row[column.name] ?? null);
    return [column.name, vectorOf(column, values, texts.of(column.name))] as const;
  });
  return { rows: rows.length, vectors: new Map(vectors) };
}

it.each([1, 2, 3])('keeps every row of the chunks that are kept, by partition (seed %i)', async (seed) => {
  const random = randomFrom(seed);
  const group = new GroupRows(testDataset(all, partitionBy));
  const texts = new KernelTexts();
  const kept: { chunkId: number; row: Row }[] = [];
  for (let chunkId = 101; chunkId <= 130; chunkId++) {
    texts.forget();
    group.begin(chunkId);
    // The fewer hours, the more chunks share a part.
    const rows = rowsOf(random, random.below(40)).map((row) => ({
      ...row,
      hour: random.below(3),
      city: random.pick(cities),
    }));
    for (let at = 0; at < rows.length; ) {
      const next = at + 1 + random.below(30);
      group.write(batchOf(rows.slice(at, next), all, texts));
      at = next;
    }
    const fails = random.below(3) === 0;
    if (!fails) expect(group.keep()).toBe(rows.length);
    if (fails || random.below(8) === 0) group.drop(chunkId);
    else kept.push(...rows.map((row) => ({ chunkId, row })));
  }
  const lake = new Folder(tempFolder());
  const found = new Map<string, number>();
  for (const [i, partition] of group.partitions().entries()) {
    const [, hour, name] = /^hour=0(\d)\/city=(.*)$/.exec(decodeURIComponent(partition.folder))!;
    const wanted = kept.filter(({ row }) => row.hour === Number(hour) && row.city === name);
    const counts = new Map<number, number>();
    for (const { chunkId } of wanted) counts.set(chunkId, (counts.get(chunkId) ?? 0) + 1);
    expect(new Map(partition.shares.map(({ chunkId, rows }) => [chunkId, rows]))).toEqual(counts);
    await lake.put(`${i}.parquet`, await group.encode(partition, { 'landfall.shared': `${i}` }));
    const stored = columns.filter((column) => column.name !== 'hour');
    const chunk: TestColumn = { name: '_chunk', logical: { type: 'integer' } };
    const shown = (row: Row, chunkId: Row[string]) => `${chunkId}|${text({ ...row, hour: Number(hour) })}`;
    for (const read of [readWithDuck, readWithParquetWasm]) {
      const rows = await read(join(lake.root, `${i}.parquet`), [...stored, chunk]);
      expect(rows.map((row) => shown(row, row._chunk))).toEqual(
        wanted.map(({ chunkId, row }) => shown(row, chunkId)),
      );
    }
    found.set(partition.folder, wanted.length);
  }
  expect([...found.values()].reduce((sum, rows) => sum + rows, 0)).toBe(kept.length);
  expect(found.size).toBe(new Set(kept.map(({ row }) => `${row.hour} ${row.city}`)).size);
  group.release();
});

it('refuses a chunk whose texts come in another form, or that has too many partitions', () => {
  const note: TestColumn = { name: 'note', logical: { type: 'text' } };
  const day: TestColumn = { name: 'day', logical: { type: 'integer' }, required: true };
  const group = new GroupRows(testDataset([note, day], [{ name: 'day', vector: 'day', pad: 0 }]));
  const texts = new KernelTexts();
  const write = (chunkId: number, rows: Row[], kind: 'utf8' | 'dictionary') => {
    group.begin(chunkId);
    group.write(batchOf(rows, [{ ...note, kind }, day], texts));
  };
  write(1, [{ note: 'a', day: 1 }], 'utf8');
  group.keep();
  expect(() => write(2, [{ note: 'b', day: 2 }], 'dictionary')).toThrow('another form');
  group.drop(2);
  const days = Array.from({ length: 10_001 }, (_, i) => ({ note: 'c', day: i }));
  expect(() => write(3, days, 'utf8')).toThrow('too many partitions');
  group.drop(3);
  expect(group.partitions().map(({ folder, shares }) => [folder, shares])).toEqual([
    ['day=1', [{ chunkId: 1, rows: 1 }]],
  ]);
  group.release();
});
