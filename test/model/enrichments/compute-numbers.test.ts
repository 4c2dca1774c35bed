import { expect, test } from 'vitest';
import { compute } from '../../../model/enrichments/compute.ts';
import type { Ref } from '../../../model/refs.ts';
import { run, vectorOf } from '../support.ts';

const integer = { type: 'integer' } as const;
const float8 = { type: 'float8' } as const;
const count: Ref<'integer'> = { type: 'integer' };
const share: Ref<'float8'> = { type: 'float8' };
const inputs = [
  [integer, vectorOf(integer, [4, null, -3, 7])],
  [float8, vectorOf(float8, [0.5, 2, null, -1.5])],
] as const;

test('numbers of either kind in, a number of the type out, null where an input is', () => {
  expect(
    run(
      compute('float8', [count, share], (a, b) => a * b),
      inputs,
    ),
  ).toEqual([2, null, null, -10.5]);
  expect(
    run(
      compute('integer', [count], (a) => a * 2),
      [inputs[0]],
    ),
  ).toEqual([8, null, -6, 14]);
  expect(
    run(
      compute('smallint', [count, share, count], (a, b, c) => Math.round(a + b + c)),
      [...inputs, inputs[0]],
    ),
  ).toEqual([9, null, null, 13]);
});

test('a function may give no value for a row', () => {
  expect(
    run(
      compute('integer', [count], (a) => (a > 0 ? a : null)),
      [inputs[0]],
    ),
  ).toEqual([4, null, null, 7]);
});

test('a function that is asked about nulls is asked about every row', () => {
  const first = compute('integer', [count, share], (a, b) => a ?? (b === null ? null : Math.round(b)), {
    nulls: 'call',
  });
  expect(run(first, inputs)).toEqual([4, 2, -3, 7]);
  const none = compute('float8', [share, count], (a, b) => (a === null || b === null ? null : a - b), {
    nulls: 'call',
  });
  expect(run(none, [inputs[1], inputs[0]])).toEqual([-3.5, null, null, -8.5]);
  const half = compute('integer', [share], (a) => a ?? 0.5, { nulls: 'call' });
  expect(() => run(half, [inputs[1]])).toThrow(/gave 0\.5, which is no integer/);
});

test('a function gets as many arguments as it has inputs', () => {
  expect(
    run(
      compute('integer', [count], (...values) => values.length),
      [inputs[0]],
    ),
  ).toEqual([1, null, 1, 1]);
  expect(
    run(
      compute('integer', [count, share], (...values) => values.length),
      inputs,
    ),
  ).toEqual([2, null, null, 2]);
});

test('the ends of each type fit, what is beyond is an error', () => {
  const one = [[integer, vectorOf(integer, [1])]] as const;
  const giving = (type: 'smallint' | 'integer' | 'date', value: number) =>
    run(
      compute(type, [count], () => value),
      one,
    );
  expect(giving('smallint', -32768)).toEqual([-32768]);
  expect(giving('smallint', 32767)).toEqual([32767]);
  expect(() => giving('smallint', 32768)).toThrow(/32768.* no smallint/);
  expect(giving('integer', -(2 ** 31))).toEqual([-(2 ** 31)]);
  expect(() => giving('integer', 2 ** 31)).toThrow(/no integer/);
  expect(() => giving('date', 0.5)).toThrow(/no date/);
  expect(() =>
    run(
      compute('float8', [count], () => '1' as never),
      one,
    ),
  ).toThrow(/no float8/);
});
