/** CSV and JSON against other readers: DuckDB, and JSON.parse. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { csvOf, jsonOf, ndjsonOf } from '../../../../coordinator/ask/formats/text-formats.ts';
import { tempFolder } from '../../../support/index.ts';
import { emptySample, joined, sample, single } from './sample.ts';

describe('CSV', () => {
  it('is read by DuckDB as what it was, with empty texts apart from null', async () => {
    const file = join(tempFolder(), 'sample.csv');
    writeFileSync(file, await joined(csvOf(sample())));
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    try {
      const read = `read_csv('${file}', all_varchar = true, header = true, allow_quoted_nulls = false)`;
      const { columns, rows } = await allOf(sample());
      const result = await connection.runAndReadAll(`select * from ${read}`);
      expect(result.columnNames()).toEqual(columns);
      expect(result.getRows()).toEqual(rows);
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  });

  it('of no row is the header', async () => {
    const csv = String(await joined(csvOf(emptySample())));
    expect(csv).toBe('yes,small,large,real,money,average,day,at,local,json,text\n');
  });
});

describe('JSON', () => {
  it('keeps every digit, and every type that it has', async () => {
    const text = String(await joined(jsonOf(sample())));
    expect(text).toContain('"large":9223372036854775807,');
    expect(text).toContain('"money":-123456789012345678901234567890.05,');
    const [first, second, third] = JSON.parse(text);
    expect(first).toMatchObject({ yes: true, real: 0.1, json: { a: 1 }, text: 'a "b", c\nd' });
    expect(second).toMatchObject({ yes: false, day: '9999-12-31', json: [1], text: '' });
    expect(Object.values(third)).toEqual(Array(11).fill(null));
  });

  it('in lines has one object on each', async () => {
    const lines = String(await joined(ndjsonOf(sample())))
      .trimEnd()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(JSON.parse(String(await joined(jsonOf(sample())))));
  });

  it('of no row is an empty array, and no line', async () => {
    expect(String(await joined(jsonOf(emptySample())))).toBe('[]\n');
    expect(String(await joined(ndjsonOf(emptySample())))).toBe('');
  });

  it('has NaN and infinity as texts', async () => {
    const answer = single({ name: 'x', type: { kind: 'double' } }, '-Infinity');
    expect(String(await joined(ndjsonOf(answer)))).toBe('{"x":"-Infinity"}\n');
  });
});

async function allOf(answer: ReturnType<typeof sample>) {
  const rows = [];
  for await (const batch of answer.batches) rows.push(...batch);
  return { columns: answer.columns.map(({ name }) => name), rows };
}
