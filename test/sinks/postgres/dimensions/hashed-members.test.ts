import type { Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createKernel } from '../../../../kernel/kernel.ts';
import type { Kernel } from '../../../../kernel/types.ts';
import type { CompiledDataset, CompiledDimension, LogicalType } from '../../../../model/compiled.ts';
import type { Batch } from '../../../../model/enrich/batch.ts';
import { connectDatabase } from '../../../../platform/database/database.ts';
import { starDdl } from '../../../../sinks/postgres/ddl/ddl.ts';
import { Dimensions } from '../../../../sinks/postgres/dimensions/dimensions.ts';
import { openPostgres } from '../../../faults/servers.ts';
import { type TestDatabase, testDatabase } from '../../../support/index.ts';
import { batch, codes, numbers, texts } from '../vectors.ts';

let database: TestDatabase;
let kernel: Kernel;
beforeAll(async () => {
  database = await testDatabase();
  kernel = await createKernel();
});
afterAll(() => database.drop());

const query = async (text: string) => (await database.pool.query({ text, rowMode: 'array' })).rows;

const column = (name: string, logical: LogicalType | 'text' | 'integer' = 'text') => ({
  name,
  vector: name,
  logical: typeof logical === 'string' ? ({ type: logical } as LogicalType) : logical,
});

function lookup(
  table: string,
  natural: ReturnType<typeof column>[],
  attributes: ReturnType<typeof column>[] = [],
): CompiledDimension {
  return { kind: 'lookup', table, key: 'key', hashed: true, natural, attributes };
}

const customer = lookup('customer', [column('name')], [column('city')]);

/** What a worker process knows at its start, its tables made where they are not there. */
const process = (...dimensions: CompiledDimension[]) => processOn(database.pool, ...dimensions);

async function processOn(pool: Pool, ...dimensions: CompiledDimension[]): Promise<Dimensions> {
  const star = { schema: 'star', fact: 'fact', columns: [], dimensions, indexes: [], keyed: null };
  const dataset = { name: 'test', description: '', star } as unknown as CompiledDataset;
  for (const statement of starDdl(dataset)) {
    if (!statement.includes('"fact"')) await pool.query(statement);
  }
  return new Dimensions(pool, star);
}

beforeEach(async () => {
  await database.pool.query('drop schema if exists star cascade');
});

async function keysOf(known: Dimensions, ...batches: Batch[]): Promise<bigint[][]> {
  const chunk = known.openChunk(kernel);
  const keys: bigint[][] = [];
  for (const each of batches) {
    const [{ values }] = await chunk.resolve(each);
    keys.push(Array.from(values.subarray(0, each.rows), BigInt));
  }
  await chunk.finish();
  return keys;
}

/** As the server says the key: signed. */
const published = BigInt.asIntN(64, 0x44bc2cf5ad770999n);

describe('hashed keys', () => {
  it.each([
    ['plain texts', texts],
    ['dictionaries', codes],
  ] as const)('are the xxHash64 of the natural key, from %s', async (_, vector) => {
    const known = await process(customer);
    const [keys] = await keysOf(
      known,
      batch({ name: vector(['abc', null, 'b', 'abc', '']), city: texts(['A', null, 'B', 'later', 'E']) }),
    );
    expect(keys[0]).toBe(published);
    expect(keys[1]).toBe(0n);
    expect(keys[3]).toBe(published);
    const members = await query('select key::text, name, city from star.customer order by name nulls first');
    expect(members).toEqual([
      ['0', null, null],
      [String(keys[4]), '', 'E'],
      [String(published), 'abc', 'A'],
      [String(keys[2]), 'b', 'B'],
    ]);
  });

  it('tell members of several columns apart, nulls among them', async () => {
    const given: [string | null, number | null][] = [
      ['Turin', 1],
      ['Turin', null],
      [null, 1],
      [null, null],
      ['Turin', 1],
      ['Turin1', null],
    ];
    const stop = lookup('stop', [column('city'), column('number', 'integer')]);
    const make = () =>
      batch({ city: texts(given.map(([city]) => city)), number: numbers(given.map(([, n]) => n)) });
    const [first] = await keysOf(await process(stop), make());
    const [again] = await keysOf(await process(stop), make());
    expect(again).toEqual(first);
    expect(first[3]).toBe(0n);
    expect(first[4]).toBe(first[0]);
    expect(new Set(first).size).toBe(5);
    for (const [i, [city, number]] of given.entries()) {
      expect(await query(`select city, number from star.stop where key = ${first[i]}`)).toEqual([
        [city, number],
      ]);
    }
  });

  it('lead to members of every type', async () => {
    const zone = 'UTC';
    const all = lookup('every', [
      column('a', { type: 'smallint' } as LogicalType),
      column('b', { type: 'bigint' } as LogicalType),
      column('c', { type: 'numeric', precision: 10, scale: 2 }),
      column('d', { type: 'float8' } as LogicalType),
      column('e', { type: 'boolean' } as LogicalType),
      column('f', { type: 'date' } as LogicalType),
      column('g', { type: 'timestamp', zone }),
      column('h', { type: 'uuid' } as LogicalType),
      column('i', 'text'),
    ]);
    const rows = { length: 2, validity: null, nullCount: 0 };
    const make = () =>
      batch({
        a: { kind: 'int32', ...rows, values: Int32Array.of(-3, 7) },
        b: { kind: 'int64', ...rows, values: BigInt64Array.of(2n ** 60n, -1n) },
        c: { kind: 'int64', ...rows, values: BigInt64Array.of(-12345n, 0n) },
        d: { kind: 'float64', ...rows, values: Float64Array.of(0.1, -2e300) },
        e: { kind: 'boolean', ...rows, values: Uint8Array.of(1, 0) },
        f: { kind: 'int32', ...rows, values: Int32Array.of(17_532, -1) },
        g: {
          kind: 'timestamp',
          ...rows,
          values: BigInt64Array.of(1_514_764_800_000_001n, -1n),
          localDay: Int32Array.of(17_532, -1),
          localSecond: Int32Array.of(0, 86_399),
        },
        h: { kind: 'uuid', ...rows, values: Uint8Array.from({ length: 32 }, (_, i) => i) },
        i: texts(['ü', null]),
      });
    // The second process finds what the first has made: the values that it compares are the same.
    const [first] = await keysOf(await process(all), make());
    expect(await keysOf(await process(all), make())).toEqual([first]);
    const there = await query(`select (m.*)::text from star.every as m where key = ${first[0]}`);
    expect(there[0][0]).toContain('-3,1152921504606846976,-123.45,0.1,t,2018-01-01,');
    expect(there[0][0]).toContain('00010203-0405-0607-0809-0a0b0c0d0e0f,ü');
    expect(await query('select count(*)::int from star.every')).toEqual([[3]]);
  });

  it('make a member once, as it was first seen, whoever meets it', async () => {
    const first = await process(customer);
    const make = (names: string[], city: string) =>
      batch({ name: texts(names), city: texts(names.map(() => city)) });
    await keysOf(first, make(['a', 'b'], 'first'), make(['b', 'c'], 'second'));
    await keysOf(first, make(['c', 'd'], 'third'));
    await keysOf(await process(customer), make(['a', 'd', 'e'], 'other'));
    expect(await query('select name, city from star.customer where key <> 0 order by name')).toEqual([
      ['a', 'first'],
      ['b', 'first'],
      ['c', 'second'],
      ['d', 'third'],
      ['e', 'other'],
    ]);
  });

  it('are sent in their order, whatever is there', async () => {
    const make = (count: number, step: number) => {
      const names = Array.from({ length: count }, (_, i) => `customer ${i * step}`);
      return batch({ name: texts(names), city: texts(names) });
    };
    const added = async (after: string) => {
      const rows = await query(`select key::text from star.customer where ctid > '${after}' order by ctid`);
      return rows.map(([key]) => BigInt(key));
    };
    const ascending = (keys: bigint[]) => [...keys].sort((a, b) => (a < b ? -1 : 1));
    const known = await process(customer);
    const [[unknownMember]] = await query('select max(ctid)::text from star.customer');
    await keysOf(known, make(800, 3));
    const first = await added(unknownMember);
    expect(first).toHaveLength(800);
    expect(first).toEqual(ascending(first));
    const [[last]] = await query('select max(ctid)::text from star.customer');
    await keysOf(await process(customer), make(2400, 1));
    const second = await added(last);
    expect(second).toHaveLength(1600);
    expect(second).toEqual(ascending(second));
  });

  it('are there after a crash of the server as soon as a process knows them', async () => {
    // What waits in the server's memory would stay there.
    const own = await openPostgres({ wal_writer_delay: '10s' });
    const url = await own.database();
    const first = connectDatabase(url);
    try {
      const one = batch({ name: texts(['a', 'b']), city: texts(['A', 'B']) });
      await keysOf(await processOn(first.pool, customer), one);
      await own.stop('immediate');
      await own.start();
      expect(await own.run('select name from star.customer where key <> 0 order by name', url)).toEqual([
        { name: 'a' },
        { name: 'b' },
      ]);
    } finally {
      await first.close().catch(() => {});
      await own.close();
    }
  });

  it('leave no member behind that only a chunk knew which was given up', async () => {
    const known = await process(customer);
    const one = batch({ name: texts(['a']), city: texts(['A']) });
    await known.openChunk(kernel).resolve(one);
    expect(await query('select count(*)::int from star.customer')).toEqual([[1]]);
    await keysOf(known, one);
    expect(await query('select count(*)::int from star.customer')).toEqual([[2]]);
  });

  it('make members before the chunk ends where more wait than memory is for', async () => {
    const known = await process(customer);
    const chunk = known.openChunk(kernel);
    for (let round = 0; round < 5; round++) {
      const names = Array.from({ length: 200 }, (_, i) => `${round} ${i} ${'x'.repeat(20_000)}`);
      await chunk.resolve(batch({ name: texts(names), city: texts(names.map(() => 'C')) }));
    }
    const [[before]] = await query('select count(*)::int from star.customer');
    expect(before).toBeGreaterThan(500);
    await chunk.finish();
    expect(await query('select count(*)::int from star.customer')).toEqual([[1001]]);
  });

  it('let workers that meet the same members in other orders neither wait for ever nor make them twice', async () => {
    const workers = await Promise.all([1, 2, 3, 4].map(() => process(customer)));
    const rounds = workers.map(async (known, w) => {
      const own = await createKernel();
      for (let round = 0; round < 10; round++) {
        const chunk = known.openChunk(own);
        const names = Array.from({ length: 500 }, (_, i) => {
          return `customer ${((w % 2 ? i : 499 - i) * (w + 1) + round * 97) % 1500}`;
        });
        await chunk.resolve(batch({ name: texts(names), city: texts(names) }));
        await chunk.finish();
      }
    });
    await Promise.all(rounds);
    const [[rows, distinct]] = await query(
      'select count(*)::int, count(distinct name)::int from star.customer where key <> 0',
    );
    expect(rows).toBe(distinct);
    expect(rows).toBeGreaterThan(1000);
  });

  it('are refused where another member has the key', async () => {
    const known = await process(customer);
    await database.pool.query(`insert into star.customer values (${published}, 'somebody else')`);
    const reading = keysOf(known, batch({ name: texts(['a', 'abc']), city: texts(['A', 'A']) }));
    await expect(reading).rejects.toMatchObject({
      code: 'LF_KEY_COLLISION',
      message: expect.stringContaining('("somebody else") and (abc)'),
    });
  });

  it('are refused where two members of a chunk would share one', async () => {
    const known = await process(customer);
    // A kernel to which all texts are the same but for their checks.
    const blind: Kernel = Object.assign(Object.create(kernel), {
      encodeCopyRows: kernel.encodeCopyRows.bind(kernel),
      hashTexts(offsets: Int32Array) {
        const count = offsets.length - 1;
        return {
          words: new Int32Array(count * 2).fill(5),
          checks: Int32Array.from({ length: count }, (_, i) => i),
        };
      },
    });
    const chunk = known.openChunk(blind);
    await chunk.resolve(batch({ name: texts(['a', 'b']), city: texts(['A', 'B']) }));
    await expect(chunk.finish()).rejects.toMatchObject({
      code: 'LF_KEY_COLLISION',
      message: expect.stringMatching(/\((a|b)\) and \((a|b)\)/),
    });
  });

  it('share one table where two roles do', async () => {
    const role = (name: string): CompiledDimension => ({
      kind: 'lookup',
      table: 'place',
      key: 'key',
      hashed: true,
      natural: [{ name: 'code', vector: name, logical: { type: 'text' } }],
      attributes: [],
    });
    const known = await process(role('from'), role('to'));
    const chunk = known.openChunk(kernel);
    const [from, to] = await chunk.resolve(batch({ from: texts(['a', 'b']), to: texts(['b', 'c']) }));
    expect(from.values[1]).toBe(to.values[0]);
    await chunk.finish();
    expect(await query('select code from star.place where key <> 0 order by code')).toEqual([
      ['a'],
      ['b'],
      ['c'],
    ]);
  });
});
