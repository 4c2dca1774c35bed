import { Table, tableFromIPC, tableToIPC } from 'apache-arrow';
import { expect, it } from 'vitest';
import { toArrow } from '../../../kernel/columns/arrow.ts';
import { createKernel } from '../../../kernel/kernel.ts';
import type { Batch } from '../../../kernel/types.ts';
import { column, planOf, utc } from '../read.ts';

const nulls = ['-'];
const plan = planOf([
  column({ kind: 'dictionary' }, { name: 'coded', nulls }),
  column({ kind: 'utf8' }, { name: 'text', nulls }),
  column({ kind: 'int32', min: 0, max: 99 }, { name: 'int', nulls }),
  column({ kind: 'decimal', precision: 9, scale: 2 }, { name: 'decimal', nulls }),
  column({ kind: 'float64' }, { name: 'float', nulls }),
  column({ kind: 'boolean' }, { name: 'flag', nulls }),
  column({ kind: 'timestamp', formats: ['yyyy-MM-dd'], zone: utc }, { name: 'time', nulls }),
  column({ kind: 'uuid' }, { name: 'uuid', nulls }),
  column({ kind: 'point', form: 'wkt' }, { name: 'point', nulls }),
]);
const uuid = '00112233445566778899aabbccddeeff';
const bytes = Buffer.from(
  `a,é,1,2.50,3.5,t,2020-01-01,${uuid},POINT (1 2)\n-,-,-,-,-,-,-,-,-\na,,2,3,4,f,1969-12-31,${uuid},POINT (3 4)\n`,
);

async function readBatch(): Promise<Batch> {
  const kernel = await createKernel();
  kernel.begin(plan, { byteStart: 0, skipBytes: 0 });
  kernel.inputSpace().set(bytes);
  kernel.filled(bytes.length, true);
  return kernel.next()!;
}

it('shows every type to Arrow, with its nulls, and Arrow can write it', async () => {
  const batch = await readBatch();
  const vectors = Object.fromEntries(
    plan.columns.map((column, i) => [column.name, toArrow(batch.vectors[i])]),
  );
  const table = tableFromIPC(tableToIPC(new Table(vectors)));
  const rows = table.toArray().map((row) => row.toJSON());
  expect(rows[1]).toEqual(Object.fromEntries(plan.columns.map((column) => [column.name, null])));
  expect(rows[0]).toMatchObject({
    coded: 'a',
    text: 'é',
    int: 1,
    decimal: 250n,
    float: 3.5,
    flag: 1,
    time: Date.UTC(2020, 0),
  });
  expect(rows[2]).toMatchObject({
    coded: 'a',
    text: '',
    int: 2,
    decimal: 300n,
    float: 4,
    flag: 0,
    time: -86400000,
  });
  expect(Buffer.from(rows[0].uuid).toString('hex')).toBe(uuid);
  expect(rows.map((row) => row.point?.toJSON() ?? null)).toEqual([
    { lon: 1, lat: 2 },
    null,
    { lon: 3, lat: 4 },
  ]);
});

it('shares the memory of the kernel', async () => {
  const batch = await readBatch();
  for (const vector of batch.vectors) {
    const [data] = toArrow(vector).data;
    const shown = vector.kind === 'point' ? data.children[0].values : data.values;
    const own = vector.kind === 'point' ? vector.lon : vector.kind === 'utf8' ? vector.bytes : vector.values;
    expect([shown.buffer === own.buffer, shown.byteOffset]).toEqual([true, own.byteOffset]);
    expect(data.nullBitmap.buffer).toBe(own.buffer);
  }
  const coded = toArrow(batch.vectors[0]);
  expect(coded.data[0].dictionary?.data[0].values.buffer).toBe(batch.byteOffsets.buffer);
});

it('turns decimals of 128 bits round for Arrow', () => {
  const values = Buffer.from(`${'0'.repeat(31)}1${'f'.repeat(31)}e`, 'hex');
  const vector = toArrow({ kind: 'decimal128', length: 2, values, validity: null, nullCount: 0 });
  expect([...vector.get(0)]).toEqual([1, 0, 0, 0]);
  expect([...vector.get(1)]).toEqual([0xfffffffe, 0xffffffff, 0xffffffff, 0xffffffff]);
});
