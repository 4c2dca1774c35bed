/** Arrow as its own reader reads it. */
import { tableFromIPC } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import type { AnswerColumn } from '../../../../coordinator/ask/answer.ts';
import { arrowOf } from '../../../../coordinator/ask/formats/arrow-file.ts';
import { emptySample, joined, sample, single } from './sample.ts';

const types = [
  'Bool',
  'Int32',
  'Int64',
  'Float64',
  'Decimal[38e+2]',
  'Float64',
  'Date32<DAY>',
  'Timestamp<MICROSECOND, UTC>',
  'Timestamp<MICROSECOND>',
  'Utf8',
  'Utf8',
];

describe('Arrow', () => {
  it('has the types and values of the answer', async () => {
    const table = tableFromIPC(await joined(arrowOf(sample())));
    expect(table.schema.fields.map(({ type }) => String(type))).toEqual(types);
    const column = (name: string) => [...table.getChild(name)!];
    expect(column('yes')).toEqual([true, false, null]);
    expect(column('small')).toEqual([-2147483648, 2147483647, null]);
    expect(column('large')).toEqual([9223372036854775807n, -9223372036854775808n, null]);
    expect(column('real')).toEqual([0.1, -1e300, null]);
    expect(column('money').map((value) => value && wholeOf(value))).toEqual([
      -12345678901234567890123456789005n,
      1n,
      null,
    ]);
    expect(column('day')).toEqual([-86_400_000, Date.parse('9999-12-31'), null]);
    expect(column('at')).toEqual([-0.001, Date.parse('2018-05-01T10:00:00Z'), null]);
    expect(column('text')).toEqual(['a "b", c\nd', '', null]);
    expect(column('json')).toEqual(['{"a":\n1}', '[1]', null]);
  });

  it('of no row has the columns', async () => {
    const table = tableFromIPC(await joined(arrowOf(emptySample())));
    expect([table.numRows, ...table.schema.fields.map(({ type }) => String(type))]).toEqual([0, ...types]);
  });

  it('of several batches has all rows, in order', async () => {
    const column: AnswerColumn = { name: 'n', type: { kind: 'int32' } };
    const numbers = Array.from({ length: 150_000 }, (_, i) => (i % 3 === 0 ? [null] : [String(i)]));
    const batches = (async function* () {
      for (let i = 0; i < numbers.length; i += 4000) yield numbers.slice(i, i + 4000);
    })();
    const table = tableFromIPC(await joined(arrowOf({ columns: [column], batches })));
    expect(table.batches.length).toBe(3);
    expect([...table.getChild('n')!]).toEqual(numbers.map(([text]) => text && Number(text)));
  });

  it('has no infinite day, and says which column has it', async () => {
    const answer = single({ name: 'when', type: { kind: 'date' } }, 'infinity');
    await expect(joined(arrowOf(answer))).rejects.toMatchObject({
      code: 'LF_SQL_VALUE',
      values: { column: 'when', format: 'Arrow', value: 'infinity' },
    });
  });
});

/** A decimal's 128 bits, little-endian. */
function wholeOf(words: Uint32Array): bigint {
  const whole = [...words].reduceRight((all, word) => (all << 32n) | BigInt(word), 0n);
  return BigInt.asIntN(128, whole);
}
