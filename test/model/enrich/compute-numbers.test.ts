import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compute } from '../../../model/enrich/compute.ts';
import { freshLanes, ReusedLanes } from '../../../model/enrich/lanes.ts';
import { noRefusals, reject } from '../../../model/enrich/refusals.ts';
import type { Ref } from '../../../model/language/refs.ts';
import { plays } from '../../support/long.ts';
import { run, valuesOf, vectorOf } from '../support.ts';

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
  expect(() => run(half, [inputs[1]])).toThrow(/gave 0\.5, which is not a value of type integer/);
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
  expect(() => giving('smallint', 32768)).toThrow(/32768.* not a value of type smallint/);
  expect(giving('integer', -(2 ** 31))).toEqual([-(2 ** 31)]);
  expect(() => giving('integer', 2 ** 31)).toThrow(/not a value of type integer/);
  expect(() => giving('date', 0.5)).toThrow(/not a value of type date/);
  expect(() =>
    run(
      compute('float8', [count], () => '1' as never),
      one,
    ),
  ).toThrow(/not a value of type float8/);
});

test('the thousandth batch is computed as the first, in arrays that held others before', () => {
  const rows = 9001;
  const lanes = new ReusedLanes();
  const sum = compute('float8', [count, share], (a, b) => (a % 7 === 0 ? null : a / b));
  const either = compute('integer', [count, share], (a, b) => a ?? (b === null ? null : Math.trunc(b)), {
    nulls: 'call',
  });
  const [sumOf, eitherOf] = [sum, either].map((enrichment) => enrichment.build([integer, float8]));
  for (let batch = 0; batch < 6; batch++) {
    const left = Array.from({ length: rows }, (_, i) => (i % (3 + batch) === 0 ? null : i - batch));
    const right = Array.from({ length: rows }, (_, i) => (i % 5 === 0 ? null : i / (batch + 1)));
    const vectors = [vectorOf(integer, left), vectorOf(float8, right)];
    lanes.reuse();
    const sums = left.map((a, i) => (a === null || right[i] === null || a % 7 === 0 ? null : a / right[i]));
    const ones = left.map((a, i) => a ?? (right[i] === null ? null : Math.trunc(right[i])));
    for (const [found, expected] of [
      [sumOf(vectors, rows, lanes, noRefusals), sums],
      [eitherOf(vectors, rows, lanes, noRefusals), ones],
    ] as const) {
      expect(valuesOf(found, float8)).toEqual(expected);
      expect(found.nullCount).toBe(expected.filter((value) => value === null).length);
      // What a null row holds is the same in every run.
      const { values } = found as { values: ArrayLike<number> };
      expect(expected.every((value, i) => value !== null || values[i] === 0)).toBe(true);
    }
  }
});

test('a batch that fails leaves nothing behind for the next', () => {
  const strict = compute('integer', [count], (a) => (a > 9 ? a / 4 : a > 1 ? a : null));
  const computed = strict.build([integer]);
  const lanes = new ReusedLanes();
  for (const [length, start] of [
    [3, 10_000],
    [30_000, 1],
    [3, 10_000],
  ]) {
    const wrong = vectorOf(
      integer,
      Array.from({ length: start + 1 }, (_, i) => (i === start ? 11 : 1)),
    );
    expect(() => computed([wrong], start + 1, lanes, noRefusals)).toThrow(
      /gave 2\.75, which is not a value of type integer/,
    );
    lanes.reuse();
    // One null, so that marks which were left would be seen beside its own.
    const good = vectorOf(integer, [1, ...new Array(length - 1).fill(2)]);
    expect(computed([good], length, lanes, noRefusals).nullCount).toBe(1);
  }
});

test('rows whose result does not fit are rejected, each with its own, and the others stay', () => {
  const results = fc.oneof(
    fc.integer(),
    fc.double(),
    fc.integer({ min: -32_769, max: 32_768 }),
    fc.constantFrom(
      null,
      undefined,
      Number.NaN,
      Infinity,
      -Infinity,
      -0,
      1e300,
      2_932_897,
      -2_440_589,
      'x',
      7n,
      true,
    ),
    fc.constantFrom(reject('too much'), reject('no\0 good'), {}),
  );
  const limits = {
    smallint: [-32_768, 32_767],
    integer: [-(2 ** 31), 2 ** 31 - 1],
    date: [-2_440_588, 2_932_896],
  };
  const fits = (type: string, result: unknown) => {
    if (typeof result !== 'number') return result === null || result === undefined;
    if (type === 'float8') return Number.isFinite(result);
    const [low, high] = limits[type as keyof typeof limits];
    return Math.floor(result) === result && result >= low && result <= high;
  };
  fc.assert(
    fc.property(
      fc.constantFrom('smallint', 'integer', 'date', 'float8'),
      fc.array(fc.option(results, { nil: 'null input' }), { minLength: 1, maxLength: 40 }),
      (type, answers) => {
        // By number in, and by text in, which takes the general path.
        const numbered = vectorOf(
          integer,
          answers.map((answer, i) => (answer === 'null input' ? null : i)),
        );
        const texts = vectorOf(
          { type: 'text' },
          answers.map((answer, i) => (answer === 'null input' ? null : String(i))),
        );
        const outcomes = [numbered, texts].map((vector, path) => {
          const input: Ref = path === 0 ? count : { type: 'text' };
          const computed = compute(type as 'float8', [input], (i) => answers[Number(i)] as never);
          const refused: [number, string][] = [];
          const logical = path === 0 ? integer : ({ type: 'text' } as const);
          const found = computed.build([logical])([vector], answers.length, freshLanes, {
            add: (row, reason) => refused.push([row, reason]),
          });
          return { values: valuesOf(found, computed.logical), refused, nullCount: found.nullCount };
        });
        const good = answers.map((answer) => (answer === 'null input' ? true : fits(type, answer)));
        const expected = answers.map((answer, i) => (good[i] && typeof answer === 'number' ? answer : null));
        const zero = (value: unknown) => (value === 0 ? 0 : value);
        for (const { values, refused, nullCount } of outcomes) {
          expect(values.map(zero)).toEqual(expected.map(zero));
          expect(refused.map(([row]) => row)).toEqual(good.flatMap((one, i) => (one ? [] : [i])));
          expect(nullCount).toBe(expected.filter((value) => value === null).length);
        }
        expect(outcomes[0].refused).toEqual(outcomes[1].refused);
      },
    ),
    { numRuns: plays(100, 1_500) },
  );
});
