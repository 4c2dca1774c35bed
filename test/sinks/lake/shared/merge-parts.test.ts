/** Parts of every type become one, and that one another: each row is what it was, and belongs to the chunk that it was of. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { PlacedPart } from '../../../../ledger/tables/lake/compaction.ts';
import { rowsByChunk } from '../../../../sinks/lake/shared/chunk-rows.ts';
import { mergeParts, PartUnreadable } from '../../../../sinks/lake/shared/merge-parts.ts';
import { openAhead } from '../../../../sinks/lake/shared/open-parts.ts';
import { openPart } from '../../../../sinks/lake/shared/stored-part.ts';
import { tempFolder } from '../../../support/index.ts';
import { randomFrom } from '../../../support/random.ts';
import {
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
import { columns, rowsOf, text } from './every-type.ts';

/** Writes the rows of a chunk to a part of its own, with row groups of so many rows. */
async function own(lake: Folder, chunkId: number, rows: Row[], rowGroupRows: number): Promise<PlacedPart> {
  const [part] = await writeRows(lake, columns, [], rows, { chunkNumber: chunkId, rowGroupRows });
  return placed(part, null, [[chunkId, rows.length]]);
}

function placed(
  part: { path: string; rows: number; bytes: number },
  sharedId: number | null,
  chunks: readonly (readonly [chunkId: number, rows: number])[],
): PlacedPart {
  const rest = { ownPath: '', fileId: 1, version: 'v', bytes: 0 };
  return {
    folder: 'trial',
    ...part,
    sharedId,
    chunks: chunks.map(([chunkId, rows]) => ({ chunkId, rows, ...rest })),
  };
}

const limits = [
  ['copied', { copiedRows: 1 }],
  ['encoded again', { copiedRows: 1e9, rowGroupRows: 150 }],
  ['copied and encoded', { copiedRows: 60, rowGroupRows: 150 }],
] as const;

it.each(limits)('keeps every row and its chunk, where row groups are %s', async (_, options) => {
  const random = randomFrom(7);
  const lake = new Folder(tempFolder());
  const rows = new Map<number, Row[]>();
  const parts: PlacedPart[] = [];
  for (let chunkId = 11; chunkId <= 16; chunkId++) {
    rows.set(chunkId, rowsOf(random, 1 + random.below(260)));
    parts.push(await own(lake, chunkId, rows.get(chunkId)!, 100));
  }
  const merge = async (some: readonly PlacedPart[], key: string) => {
    const metadata = { 'landfall.shared': key };
    const merged = await mergeParts(openAhead(lake, some), { lake, key, metadata, ...options });
    return { path: key, ...merged };
  };
  const expected = (chunks: readonly number[]) =>
    chunks.flatMap((chunk) => rows.get(chunk)!.map((row) => `${chunk}|${text(row)}`)).sort();
  const counts = (chunks: readonly number[]) =>
    chunks.map((chunk) => [chunk, rows.get(chunk)!.length] as const);
  const chunkId: TestColumn = { name: '_chunk', logical: { type: 'integer' } };
  const expectRows = async (part: { path: string; bytes: number }, chunks: readonly number[]) => {
    for (const read of [readWithDuck, readWithHyparquet, readWithParquetWasm]) {
      const found = await read(join(lake.root, part.path), [...columns, chunkId]);
      // hyparquet reads long decimals as doubles.
      const shown = (row: Row) =>
        read === readWithHyparquet ? `${row._chunk}|${row.hour}` : `${row._chunk}|${text(row)}`;
      const wanted = chunks.flatMap((chunk) =>
        rows.get(chunk)!.map((row) => shown({ ...row, _chunk: chunk })),
      );
      expect(found.map(shown).sort()).toEqual(wanted.sort());
    }
    expect(new Map(await rowsByChunk(lake, part))).toEqual(new Map(counts(chunks)));
  };

  const first = await merge(parts.slice(0, 4), 'first');
  await expectRows(first, [11, 12, 13, 14]);
  expect(expected([11]).length).toBe(rows.get(11)!.length);
  // A chunk was undone, and rows of its file do not count any more.
  const half = placed(first, 1, counts([11, 13, 14]));
  const second = await merge([half, ...parts.slice(4)], 'second');
  await expectRows(second, [11, 13, 14, 15, 16]);
  const third = await merge([placed(second, 2, counts([11, 13, 14, 15, 16]))], 'third');
  await expectRows(third, [11, 13, 14, 15, 16]);
});

it('copies bytes and statistics as they are', async () => {
  const lake = new Folder(tempFolder());
  const rows = rowsOf(randomFrom(3), 300);
  const part = await own(lake, 5, rows, 100);
  const metadata = { 'landfall.dataset': 'trial' };
  const merged = await mergeParts(openAhead(lake, [part, part]), {
    lake,
    key: 'one',
    metadata,
    copiedRows: 1,
  });
  const [before, after] = [
    await openPart(lake, part),
    await openPart(lake, { path: 'one', bytes: merged.bytes }),
  ];
  const [from, to] = [part.path, 'one'].map((path) => readFileSync(join(lake.root, path)));
  expect(after.rowGroups).toHaveLength(6);
  for (const [i, group] of after.rowGroups.entries()) {
    const was = before.rowGroups[i % 3];
    const length = was.end - was.start;
    expect(to.subarray(group.start, group.start + length).equals(from.subarray(was.start, was.end))).toBe(
      true,
    );
    const facts = ({ bounds, nullCount, codec, encoding, dataPages }: (typeof group.columns)[number]) => ({
      ...{ bounds, nullCount, codec, encoding, dataPages },
    });
    expect(group.columns.slice(0, -1).map(facts)).toEqual(was.columns.map(facts));
  }
  const footer = await hyparquetMetadata(join(lake.root, 'one'));
  expect(footer.num_rows).toBe(600n);
  expect(statisticsOf(footer).slice(0, 3)).toEqual(
    statisticsOf(await hyparquetMetadata(join(lake.root, part.path))),
  );
  expect(footer.key_value_metadata).toEqual([{ key: 'landfall.dataset', value: 'trial' }]);
});

/** What a footer says of the values in each row group, without `_chunk`. */
function statisticsOf({ row_groups: groups }: Awaited<ReturnType<typeof hyparquetMetadata>>) {
  return groups.map(({ columns: chunks }) =>
    chunks.slice(0, columns.length).map(({ meta_data: meta }) => [meta!.path_in_schema, meta!.statistics]),
  );
}

it('says of rows that are encoded together what it says of rows that come together', async () => {
  const lake = new Folder(tempFolder());
  const rows = rowsOf(randomFrom(9), 120);
  const parts = [await own(lake, 1, rows.slice(0, 50), 100), await own(lake, 2, rows.slice(50), 100)];
  await mergeParts(openAhead(lake, parts), { lake, key: 'one', metadata: {} });
  const whole = await own(lake, 3, rows, 1000);
  const [merged, expected] = await Promise.all(
    ['one', whole.path].map(async (path) => statisticsOf(await hyparquetMetadata(join(lake.root, path)))),
  );
  expect(merged).toEqual(expected);
});

it('reads values that take several pages, of which some rows count', async () => {
  const lake = new Folder(tempFolder());
  const wide: TestColumn[] = [
    { name: 'n', logical: { type: 'bigint' }, required: true },
    { name: 'long', logical: { type: 'text' } },
    { name: 'code', logical: { type: 'text' }, kind: 'dictionary' },
    { name: 'key', logical: { type: 'uuid' }, required: true },
  ];
  const rowsFrom = (from: number, count: number): Row[] =>
    Array.from({ length: count }, (_, i) => ({
      n: BigInt(from + i),
      long: i % 7 === 0 ? null : `${from + i} `.repeat(12),
      code: i % 5 === 0 ? null : `code ${i % 300}`,
      key: (from + i).toString(16).padStart(32, '0'),
    }));
  const [long, short] = [rowsFrom(0, 70_000), rowsFrom(1e6, 90)];
  const own = async (chunkNumber: number, rows: Row[]) =>
    (
      await writeRows(lake, wide, [], rows, {
        chunkNumber,
        batchRows: 1e6,
        rowGroupRows: 1e6,
        memoryBytes: 1e9,
      })
    )[0];
  const parts = [
    placed(await own(1, long), null, [[1, long.length]]),
    placed(await own(2, short), null, [[2, short.length]]),
  ];
  const [{ rowGroups }] = [await openPart(lake, parts[0])];
  expect(rowGroups).toHaveLength(1);
  expect(Math.min(rowGroups[0].columns[1].dataPages, rowGroups[0].columns[3].dataPages)).toBeGreaterThan(1);
  const merge = async (some: PlacedPart[], key: string, limits = {}) => {
    const options = { lake, key, metadata: {}, rowGroupRows: 1e6, ...limits };
    return { path: key, ...(await mergeParts(openAhead(lake, some), options)) };
  };
  const mixed = await merge(parts, 'mixed', { copiedRows: 1e9, copiedBytes: 1e9 });
  expect((await openPart(lake, mixed)).rowGroups).toHaveLength(1);
  // Both chunks are in one row group, of which one counts.
  const left = await merge([placed(mixed, 1, [[1, long.length]])], 'left');
  const text = (row: Row) => wide.map(({ name }) => plain(row[name])).join('|');
  expect((await readWithDuck(join(lake.root, 'left'), wide)).map(text)).toEqual(long.map(text));
  expect(left.rows).toBe(long.length);
  // Large row groups of several chunks are copied where all rows count.
  const both = placed(mixed, 1, [
    [1, long.length],
    [2, short.length],
  ]);
  const copied = await merge([both], 'copied', { copiedRows: 1 });
  expect(copied.bytes).toBeLessThan(mixed.bytes + 500);
  expect(await rowsByChunk(lake, copied)).toEqual(
    new Map([
      [1, long.length],
      [2, short.length],
    ]),
  );
});

it('names the part that is not what the manifest says', async () => {
  const lake = new Folder(tempFolder());
  const random = randomFrom(5);
  const [good, other] = [
    await own(lake, 1, rowsOf(random, 9), 100),
    await own(lake, 2, rowsOf(random, 9), 100),
  ];
  const narrow = (await writeRows(lake, columns.slice(0, 3), [], rowsOf(random, 9), { chunkNumber: 3 }))[0];
  const merge = (...parts: PlacedPart[]) =>
    mergeParts(openAhead(lake, parts), { lake, key: 'one', metadata: {} }).catch((error) => error);
  const wrong = [
    placed(other, null, [[2, 8]]),
    placed({ ...other, rows: 8 }, null, [[2, 8]]),
    placed(narrow, null, [[3, 9]]),
    placed(other, 4, [[2, 9]]),
    placed({ ...other, path: 'gone' }, null, [[2, 9]]),
  ];
  for (const part of wrong) {
    const error = await merge(good, part);
    expect(error).toBeInstanceOf(PartUnreadable);
    expect(error.path).toBe(part.path);
  }
  await lake.put('scrawled', Buffer.alloc(900, 7));
  const scrawled = placed({ path: 'scrawled', rows: 9, bytes: 900 }, null, [[4, 9]]);
  expect(await merge(good, scrawled)).toMatchObject({ path: 'scrawled' });
  expect(await lake.keys()).not.toContain('one');
});
