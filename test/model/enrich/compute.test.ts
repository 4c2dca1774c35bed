import { expect, test } from 'vitest';
import { compute } from '../../../model/enrich/compute.ts';
import type { Ref } from '../../../model/language/refs.ts';
import { run, vectorOf } from '../support.ts';

const text = { type: 'text' } as const;
const integer = { type: 'integer' } as const;
const name: Ref<'text'> = { type: 'text' };
const count: Ref<'integer'> = { type: 'integer' };
const inputs = [
  [text, vectorOf(text, ['a', 'Ж', null, 'cc'])],
  [integer, vectorOf(integer, [3, 1, 2, null])],
] as const;

test('a function of columns is asked about rows in which all of them have a value', () => {
  const repeated = compute('text', [name, count], (said, times) => said.repeat(times));
  expect(run(repeated, inputs)).toEqual(['aaa', 'Ж', null, null]);
});

test('it is asked about nulls where it says so, and may give none', () => {
  const length = compute(
    'integer',
    [name, count],
    (said, times) => (said ?? '').length + (times ?? 0) || null,
    {
      nulls: 'call',
    },
  );
  expect(run(length, inputs)).toEqual([4, 2, 2, 2]);
});

test('every type comes out as it went in', () => {
  const cases = [
    ['smallint', 12, 12],
    ['bigint', 2n ** 62n, 2n ** 62n],
    ['float8', 0.1, 0.1],
    ['boolean', true, true],
    ['date', -1, -1],
    ['timestamp', 1500.5, 1500.5],
    ['uuid', '0123456789ABCDEF0123456789abcdef', '01234567-89ab-cdef-0123-456789abcdef'],
    ['json', '{"a":1}', '{"a":1}'],
    ['text', '', ''],
  ] as const;
  for (const [type, given, wanted] of cases) {
    const constant = compute(type, [count], () => given as never);
    expect(run(constant, [[integer, vectorOf(integer, [1, null])]]), type).toEqual([wanted, null]);
  }
});

test('long texts make the buffer grow', () => {
  const long = compute('text', [count], (times) => 'é'.repeat(times));
  expect(run(long, [[integer, vectorOf(integer, [5000, 0, 9000])]])).toEqual([
    'é'.repeat(5000),
    '',
    'é'.repeat(9000),
  ]);
});

test('a value that does not fit its type is an error, not a null', () => {
  const given = [[integer, vectorOf(integer, [1])]] as const;
  expect(() =>
    run(
      compute('smallint', [count], () => 40_000),
      given,
    ),
  ).toThrow(/compute\(smallint\) gave 40000/);
  expect(() =>
    run(
      compute('integer', [count], () => 1.5),
      given,
    ),
  ).toThrow(/compute\(integer\) gave 1.5/);
  expect(() =>
    run(
      compute('text', [count], () => 7 as never),
      given,
    ),
  ).toThrow(/compute\(text\) gave 7/);
});
