/** Random batches, packed and row by row: the view must show what the table has, to the last bit. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TextDictionary, Vector } from '../../../../kernel/columns/vectors.ts';
import { createKernel } from '../../../../kernel/kernel.ts';
import type { Kernel } from '../../../../kernel/types.ts';
import type { CompiledStar, FactColumn, LogicalType } from '../../../../model/compiled.ts';
import type { Batch } from '../../../../model/enrich/batch.ts';
import { factType } from '../../../../sinks/postgres/ddl/sql-columns.ts';
import { openFactCopy } from '../../../../sinks/postgres/facts/fact-copy.ts';
import { factFields, packedFields } from '../../../../sinks/postgres/facts/fact-fields.ts';
import { packedName, packedParts } from '../../../../sinks/postgres/packed/packed-columns.ts';
import { packedDdl } from '../../../../sinks/postgres/packed/packed-ddl.ts';
import { packedByChunk } from '../../../../sinks/postgres/packed/packed-rows.ts';
import { column, planOf } from '../../../kernel/read.ts';
import { type TestDatabase, testDatabase } from '../../../support/index.ts';

let database: TestDatabase;
let kernel: Kernel;
beforeAll(async () => {
  database = await testDatabase();
  await database.pool.query('create schema star');
  kernel = await createKernel();
});
afterAll(() => database.drop());

type Random = () => number;

function randomOf(seed: number): Random {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const types: readonly LogicalType[] = [
  { type: 'smallint' },
  { type: 'integer' },
  { type: 'bigint' },
  { type: 'numeric', precision: 18, scale: 0 },
  { type: 'numeric', precision: 12, scale: 2 },
  { type: 'numeric', precision: 18, scale: 18 },
  { type: 'float8' },
  { type: 'boolean' },
  { type: 'date' },
  { type: 'time' },
  { type: 'interval' },
  { type: 'timestamp', zone: 'UTC' },
  { type: 'uuid' },
  { type: 'text' },
] as LogicalType[];

const hashed = { kind: 'lookup', table: 'd', key: 'k', hashed: true, natural: [], attributes: [] } as const;
const numbered = { kind: 'lookup', table: 'e', key: 'k', natural: [], attributes: [] } as const;

function starOf(): CompiledStar {
  const values = types.flatMap((logical, t): FactColumn[] =>
    [true, false].map((notNull) => {
      const name = `${logical.type}_${t}_${notNull ? 'full' : 'thin'}`;
      return { kind: 'value', name, vector: name, logical, notNull };
    }),
  );
  const keys = ['a', 'b'].map((name, dimension): FactColumn => ({ kind: 'dimension', name, dimension }));
  const columns = [...keys, ...values, { kind: 'chunk', name: 'chunk_id' } as const];
  return {
    ...{ schema: 'star', fact: 'fact', columns, dimensions: [hashed, numbered], indexes: [] },
    ...{ keyed: null, layout: 'packed' },
  };
}

const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)];
const bigBelow = (random: Random, most: bigint) =>
  ((BigInt(Math.floor(random() * 2 ** 32)) << 32n) | BigInt(Math.floor(random() * 2 ** 32))) % most;

/** Whole numbers of a random width around a random base, within bounds. */
function wholes(random: Random, rows: number, low: bigint, high: bigint): bigint[] {
  const span = high - low;
  const width = pick(random, [
    1n,
    2n,
    200n,
    256n,
    257n,
    65_536n,
    65_537n,
    1n << 24n,
    (1n << 24n) + 1n,
    1n << 32n,
    1n << 48n,
    1n << 57n,
    span + 1n,
  ]);
  const most = width < span + 1n ? width : span + 1n;
  const base = low + bigBelow(random, span - most + 2n > 0n ? span - most + 2n : 1n);
  const all = Array.from({ length: rows }, () => base + bigBelow(random, most));
  // The bounds themselves, where all bytes are needed.
  if (most === span + 1n && rows > 1) [all[0], all[rows - 1]] = [low, high];
  return all.map((value) => (value > high ? high : value));
}

const maxInt8 = 2n ** 63n - 1n;
const years = { low: -62_135_596_800_000_000n, high: 253_402_300_799_999_999n };

function doubles(random: Random, rows: number): number[] {
  const digits = pick(random, [0, 1, 2, 6, 9, 12, -1, -2]);
  return Array.from({ length: rows }, () => {
    if (digits === -1) return random() * 1e300 - random() * 1e-300;
    if (digits === -2) return pick(random, [0, -0, 1.5, Number.NaN, Infinity, -Infinity, 5e-324, 2 ** 53]);
    return Number((random() * 2000 - 1000).toFixed(digits));
  });
}

const words = ['', 'x', 'žluťoučký kůň', 'a'.repeat(300), '\n"\\', '𝒳 and more', 'no'];

function textVector(random: Random, rows: number, valid: (row: number) => boolean): object {
  if (random() < 0.5) {
    const dictionary: TextDictionary = {
      size: words.length,
      text: (code) => words[code],
      bytes: (code) => Buffer.from(words[code]),
    };
    return {
      kind: 'dictionary',
      dictionary,
      values: Int32Array.from({ length: rows }, () => Math.floor(random() * words.length)),
    };
  }
  const texts = Array.from({ length: rows }, (_, row) =>
    valid(row) ? pick(random, words).repeat(1 + Math.floor(random() * 3)) : '',
  );
  const offsets = new Int32Array(rows + 1);
  for (const [row, text] of texts.entries()) offsets[row + 1] = offsets[row] + Buffer.byteLength(text);
  return { kind: 'utf8', offsets, bytes: Buffer.from(texts.join('')) };
}

function vectorOf(random: Random, logical: LogicalType, rows: number, nullable: boolean): Vector {
  const bits = new Uint8Array((rows + 7) >> 3);
  const share = nullable ? pick(random, [0, 0.1, 0.9, 1]) : 0;
  let nullCount = 0;
  for (let row = 0; row < rows; row++) {
    if (random() < share) nullCount++;
    else bits[row >> 3] |= 1 << (row & 7);
  }
  const valid = (row: number) => (bits[row >> 3] & (1 << (row & 7))) !== 0;
  const shared = { length: rows, nullCount, validity: nullCount === 0 ? null : bits };
  const int32 = (low: number, high: number) => ({
    values: Int32Array.from(wholes(random, rows, BigInt(low), BigInt(high)), (value, row) =>
      valid(row) ? Number(value) : 0,
    ),
  });
  const int64 = (low: bigint, high: bigint, times = 1n) => ({
    values: BigInt64Array.from(wholes(random, rows, low / times, high / times), (value, row) =>
      valid(row) ? value * times : 0n,
    ),
  });
  const make = (): object => {
    switch (logical.type) {
      case 'smallint':
        return { kind: 'int32', ...int32(-32768, 32767) };
      case 'integer':
        return { kind: 'int32', ...int32(-(2 ** 31), 2 ** 31 - 1) };
      case 'date':
        return { kind: 'int32', ...int32(-719_162, 2_932_896) };
      case 'bigint':
      case 'interval':
        return { kind: 'int64', ...int64(-maxInt8 - 1n, maxInt8) };
      case 'numeric':
        return {
          kind: 'int64',
          ...int64(-(10n ** BigInt(logical.precision)) + 1n, 10n ** BigInt(logical.precision) - 1n),
        };
      case 'time':
        return { kind: 'int64', ...int64(0n, 86_399_999_999n) };
      case 'timestamp':
        return { kind: 'timestamp', ...int64(years.low, years.high, pick(random, [1n, 1000n, 1_000_000n])) };
      case 'float8':
        return {
          kind: 'float64',
          values: Float64Array.from(doubles(random, rows), (value, row) => (valid(row) ? value : 0)),
        };
      case 'boolean':
        return { kind: 'boolean', values: Uint8Array.from({ length: rows }, () => Math.floor(random() * 2)) };
      case 'uuid':
        return {
          kind: 'uuid',
          values: Uint8Array.from({ length: rows * 16 }, () => Math.floor(random() * 256)),
        };
      default:
        return textVector(random, rows, valid);
    }
  };
  return { ...make(), ...shared } as Vector;
}

async function copy(table: string, names: readonly string[], bytes: Uint8Array): Promise<number> {
  const client = await database.pool.connect();
  try {
    const copied = openFactCopy(client, { schema: 'star', table, columns: names });
    await copied.write(bytes);
    return await copied.finish();
  } finally {
    client.release();
  }
}

async function shownBy(relation: string): Promise<string[]> {
  const client = await database.pool.connect();
  try {
    await client.query("set time zone 'UTC'; set extra_float_digits = 1");
    const { rows } = await client.query<{ row: string }>(`select f::text as row from ${relation} f`);
    return rows.map(({ row }) => row).sort();
  } finally {
    client.release();
  }
}

const sortings = [
  { sortBy: undefined, seeds: 40 },
  ...['smallint_0_full', 'integer_1_thin', 'bigint_2_thin', 'date_8_full', 'timestamp_11_thin'].map(
    (sortBy) => ({
      sortBy,
      seeds: 8,
    }),
  ),
];

it.each(sortings)(
  'shows the rows of any batch as they are in a table of rows (sorted by $sortBy)',
  {
    timeout: 120_000,
  },
  async ({ sortBy, seeds }) => {
    const star: CompiledStar = { ...starOf(), ...(sortBy && { sortBy }) };
    await database.pool.query('drop schema star cascade; create schema star');
    const rowsTable = star.columns.map((one) => `"${one.name}" ${factType(one, star)}`).join(', ');
    await database.pool.query(`create table star.rows (${rowsTable})`);
    for (const sql of packedDdl({ name: 'd', description: '' } as never, star))
      await database.pool.query(sql);
    for (let seed = 1; seed <= seeds; seed++) {
      const random = randomOf(seed);
      await database.pool.query(`truncate star.rows, star."${packedName('fact')}"`);
      const chunks = new Map<number, number>();
      for (const chunkId of [7, 7, 8]) {
        const rows = pick(random, [1, 2, 7, 8, 9, 31, 64, 200]);
        const { batch, keys } = randomBatch(random, star, rows);
        await copy(
          'rows',
          star.columns.map(({ name }) => name),
          kernel.encodeCopyRows(factFields(star, batch, keys, chunkId), rows),
        );
        await copyPacked(star, batch, keys, chunkId, rows);
        chunks.set(chunkId, (chunks.get(chunkId) ?? 0) + rows);
      }
      expect(await shownBy('star.fact'), `seed ${seed}`).toEqual(await shownBy('star.rows'));
      expect(await packedByChunk(database.pool, star, [7, 8])).toEqual(chunks);
      if (sortBy === undefined) continue;
      const { rows: bounds } = await database.pool.query<{ bound: string }>(
        `select "${sortBy}"::text as bound from star.rows where "${sortBy}" is not null order by random() limit 2`,
      );
      if (bounds.length < 2) continue;
      const [first, last] = bounds.map(({ bound }) => `'${bound}'`);
      expect(await shownBy(`star.fact_between(${first}, ${last})`), `seed ${seed}`).toEqual(
        await shownBy(`(select * from star.rows where "${sortBy}" >= ${first} and "${sortBy}" < ${last})`),
      );
    }
  },
);

it('fills pages, and has the rows of a range in few of them', async () => {
  const logical = { type: 'timestamp', zone: 'UTC' } as LogicalType;
  const value = (name: string, type: LogicalType): FactColumn => {
    return { kind: 'value', name, vector: name, logical: type, notNull: true };
  };
  const columns = [
    value('at', logical),
    value('n', { type: 'integer' }),
    { kind: 'chunk', name: 'chunk_id' } as const,
  ];
  const star: CompiledStar = { ...starOf(), columns, dimensions: [], fact: 'narrow', sortBy: 'at' };
  await database.pool.query('drop schema star cascade; create schema star');
  for (const sql of packedDdl({ name: 'd', description: '' } as never, star)) await database.pool.query(sql);
  const rows = 30_000;
  const random = randomOf(1);
  const at = BigInt64Array.from(
    { length: rows },
    () => BigInt(Math.floor(random() * 31_536_000)) * 1_000_000n,
  );
  const n = Int32Array.from({ length: rows }, () => Math.floor(random() * 60_000));
  const shared = { length: rows, validity: null, nullCount: 0 };
  const vectors = new Map<string, unknown>([
    ['at', { kind: 'timestamp', values: at, ...shared }],
    ['n', { kind: 'int32', values: n, ...shared }],
  ]);
  await copyPacked(star, { rows, vectors } as unknown as Batch, [] as never, 1, rows);
  const { rows: found } = await database.pool.query(
    `select count(*)::int as tuples, min(pg_column_size(p.*))::int as least, max(pg_column_size(p.*))::int as most,
       count(*) filter (where _least_at < '1970-07-05 00:00Z' and _greatest_at >= '1970-07-04 00:00Z')::int as ofDay
     from (select * from star.narrow_packed p order by _rows desc limit (select count(*) - 1 from star.narrow_packed)) p`,
  );
  const [{ tuples, least, most, ofday }] = found;
  // Six bytes a row. The last tuple has what is left.
  expect(tuples).toBe(Math.floor((rows * 6) / 8000));
  expect(least).toBeGreaterThan(8000);
  expect(most).toBeLessThanOrEqual(8160);
  expect(ofday).toBeLessThanOrEqual(2);
});

function randomBatch(random: Random, star: CompiledStar, rows: number) {
  const vectors = new Map(
    star.columns.flatMap((one) =>
      one.kind === 'value' ? [[one.vector, vectorOf(random, one.logical, rows, !one.notNull)]] : [],
    ),
  );
  const keys = [
    vectorOf(random, { type: 'bigint' } as LogicalType, rows, false),
    vectorOf(random, { type: 'integer' } as LogicalType, rows, false),
  ] as never;
  kernel.begin(planOf([column({ kind: 'utf8' })]), { byteStart: 0, skipBytes: 0 });
  return { batch: { rows, vectors } as unknown as Batch, keys };
}

async function copyPacked(star: CompiledStar, batch: Batch, keys: never, chunkId: number, rows: number) {
  const { fields, packing } = packedFields(star, batch, keys, chunkId);
  const packed = kernel.packCopyRows(fields, rows, packing);
  const names = packedParts(star).map(({ name }) => name);
  expect(await copy(packedName(star.fact), names, packed.bytes)).toBe(packed.tuples);
}
