/** Parquet as DuckDB reads it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnswerColumn } from '../../../../coordinator/ask/answer.ts';
import { parquetOf } from '../../../../coordinator/ask/formats/parquet-file.ts';
import { tempFolder } from '../../../support/index.ts';
import { emptySample, joined, sample, single } from './sample.ts';

const folder = tempFolder();
let instance: DuckDBInstance;
beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:');
});
afterAll(() => instance.closeSync());

/** Names with types, and rows as texts, with instants in UTC. */
async function readBack(name: string, answer: Parameters<typeof parquetOf>[0]) {
  const file = join(folder, name);
  writeFileSync(file, await joined(parquetOf(answer)));
  const connection = await instance.connect();
  try {
    await connection.run(`set TimeZone = 'UTC'`);
    const result = await connection.runAndReadAll(
      `select * replace (strftime("at", '%Y-%m-%dT%H:%M:%S.%fZ') as "at") from '${file}'`,
    );
    const types = await connection.runAndReadAll(
      `select column_type from (describe select * from '${file}')`,
    );
    return {
      types: types.getRows().flat(),
      rows: result.getRows().map((row) => row.map((value) => value && String(value))),
    };
  } finally {
    connection.closeSync();
  }
}

const types = [
  'BOOLEAN',
  'INTEGER',
  'BIGINT',
  'DOUBLE',
  'DECIMAL(38,2)',
  'DOUBLE',
  'DATE',
  'TIMESTAMP WITH TIME ZONE',
  'TIMESTAMP',
  'VARCHAR',
  'VARCHAR',
];

describe('Parquet', () => {
  it('has the types and values of the answer', async () => {
    const { types: found, rows } = await readBack('sample.parquet', sample());
    expect(found).toEqual(types);
    expect(rows).toEqual([
      [
        'true',
        '-2147483648',
        '9223372036854775807',
        '0.1',
        '-123456789012345678901234567890.05',
        '3.3333333333333335',
        '1969-12-31',
        '1969-12-31T23:59:59.999999Z',
        '2018-05-01 10:00:00.5',
        '{"a":\n1}',
        'a "b", c\nd',
      ],
      [
        false,
        '2147483647',
        '-9223372036854775808',
        '-1e+300',
        '0.01',
        '1',
        '9999-12-31',
        '2018-05-01T10:00:00.000000Z',
        '0001-01-01 00:00:00',
        '[1]',
        '',
      ],
      Array(11).fill(null),
    ]);
  });

  it('of no row has the columns', async () => {
    expect(await readBack('empty.parquet', emptySample())).toEqual({ types, rows: [] });
  });

  it('of several row groups has all rows, in order', async () => {
    const column: AnswerColumn = { name: 'n', type: { kind: 'int32' } };
    const numbers = Array.from({ length: 300_000 }, (_, i) => [String(i)]);
    const batches = (async function* () {
      for (let i = 0; i < numbers.length; i += 5000) yield numbers.slice(i, i + 5000);
    })();
    const file = join(folder, 'groups.parquet');
    writeFileSync(file, await joined(parquetOf({ columns: [column], batches })));
    const connection = await instance.connect();
    const result = await connection.runAndReadAll(
      `select count(*), sum(n), (select count(distinct row_group_id) from parquet_metadata('${file}')),
         count(*) filter (n = file_row_number) from read_parquet('${file}', file_row_number = true)`,
    );
    expect(result.getRows()[0].map(Number)).toEqual([300_000, 44_999_850_000, 3, 300_000]);
    connection.closeSync();
  });

  it.each([
    ['date', 'infinity'],
    ['timestamp', '-infinity'],
    ['timestamp', '0044-03-15T00:00:00Z BC'],
  ] as const)('has no %s %s, and says which column has it', async (kind, text) => {
    const type = kind === 'date' ? { kind } : { kind, zoned: true };
    await expect(joined(parquetOf(single({ name: 'when', type }, text)))).rejects.toMatchObject({
      code: 'LF_SQL_VALUE',
      values: { column: 'when', format: 'Parquet', value: text },
    });
  });
});
