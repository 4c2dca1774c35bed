import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decimal128At } from '../../../kernel/columns/vectors.ts';
import { compute } from '../../../model/enrich/compute.ts';
import { freshLanes } from '../../../model/enrich/lanes.ts';
import { refusalReason, reject } from '../../../model/enrich/refusals.ts';
import type { Ref } from '../../../model/language/refs.ts';
import { numericConverter } from '../../../model/types/numeric.ts';
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

test('a value that does not fit its type rejects its row instead of being null', () => {
  const given = [[integer, vectorOf(integer, [1])]] as const;
  expect(() =>
    run(
      compute('smallint', [count], () => 40_000),
      given,
    ),
  ).toThrow(/gave 40000, which is not a value of type smallint/);
  expect(() =>
    run(
      compute('integer', [count], () => 1.5),
      given,
    ),
  ).toThrow(/gave 1.5, which is not a value of type integer/);
  expect(() =>
    run(
      compute('text', [count], () => 7 as never),
      given,
    ),
  ).toThrow(/gave 7, which is not a value of type text/);
});

const one = [[integer, vectorOf(integer, [1])]] as const;

describe('what a column would not hold rejects the row', () => {
  test.each([
    ['float8', Number.NaN, 'NaN'],
    ['float8', -Infinity, '-Infinity'],
    ['smallint', 32_768, '32768'],
    ['integer', -(2 ** 31) - 1, '-2147483649'],
    ['bigint', 2n ** 63n, '9223372036854775808'],
    ['bigint', 5, '5'],
    ['boolean', 1, '1'],
    ['date', 2_932_897, '2932897'],
    ['date', -2_440_589, '-2440589'],
    ['date', 0.5, '0.5'],
    ['date', Number.NaN, 'NaN'],
    ['timestamp', 253_402_300_800_000, '253402300800000'],
    ['timestamp', -210_866_803_200_001, '-210866803200001'],
    ['timestamp', 1e300, '1e+300'],
    ['timestamp', 1e308, '1e+308'],
    ['timestamp', 10n ** 30n, '1000000000000000000000000000000'],
    ['timestamp', '2024-01-01', '"2024-01-01"'],
    ['time', 86_400_000, '86400000'],
    ['interval', 1e308, '1e+308'],
    ['interval', 10n ** 30n, '1000000000000000000000000000000'],
    ['uuid', 'x', '"x"'],
    ['json', '{a}', '"{a}"'],
    ['json', '"\\u0000"', '"\\"\\\\u0000\\""'],
    ['text', 'a\0b', '"a\\u0000b"'],
    ['text', 'a\ud83d', '"a\\ud83d"'],
    ['text', [2n ** 70n], '["1180591620717411303424"]'],
    ['numeric(10,2)', '1.234', '"1.234"'],
    ['numeric(10, 2)', 0.1 + 0.2, '0.30000000000000004'],
    ['numeric(10, 2)', 10n ** 8n, '100000000'],
    ['numeric(10, 2)', Number.NaN, 'NaN'],
    ['numeric(10, 2)', '1e2', '"1e2"'],
    ['numeric(10, 2)', true, 'true'],
  ] as const)('%s: %o', (type, given, said) => {
    const constant = compute(type as 'text', [count], () => given as never);
    expect(() => run(constant, one)).toThrow(
      `the function gave ${said}, which is not a value of type ${type}`,
    );
  });

  test('the limits themselves are values', () => {
    for (const [type, value] of [
      ['date', 2_932_896],
      ['date', -2_440_588],
      ['timestamp', 253_402_300_799_999],
      ['timestamp', -210_866_803_200_000],
      ['time', 86_399_999],
      ['float8', Number.MAX_VALUE],
      ['text', '\u{1f6b2}'],
    ] as const) {
      expect(
        run(
          compute(type as 'text', [count], () => value as never),
          one,
        ),
        type,
      ).toEqual([value]);
    }
  });

  test('a value that refers to itself is named by its type', () => {
    const loop: unknown[] = [];
    loop.push(loop);
    expect(refusalReason(loop, 'text')).toBe('the function gave object, which is not a value of type text');
    expect(refusalReason(Symbol('s'), 'text')).toContain('Symbol(s)');
    expect(refusalReason('x'.repeat(1000), 'uuid').length).toBeLessThan(150);
  });

  test('reject gives the reason', () => {
    const strict = compute('text', [count], (n) => (n > 0 ? reject('hours above 24.') : 'good'));
    expect(() => run(strict, one)).toThrow(/^hours above 24$/);
    expect(refusalReason(reject('x'.repeat(1000)), 'text')).toBe(`${'x'.repeat(200)}…`);
    expect(refusalReason(reject(''), 'text')).toBe('the function rejects the row');
    expect(refusalReason({ reason: 'alike' }, 'text')).toContain('not a value of type text');
  });
});

describe('decimals', () => {
  const unscaled = (given: unknown, type: string) => {
    const constant = compute(type as 'numeric(10,2)', [count], () => given as never);
    const refused: string[] = [];
    const vector = constant.build([integer])([one[0][1]], 1, freshLanes, {
      add: (_, why) => refused.push(why),
    });
    if (refused.length > 0) return 'refused';
    return vector.kind === 'decimal128'
      ? decimal128At(vector, 0)
      : (vector as { values: BigInt64Array }).values[0];
  };

  test('are exact, whatever they are given as', () => {
    expect(unscaled(12.5, 'numeric(10, 2)')).toBe(1250n);
    expect(unscaled(-0.07, 'numeric(10, 2)')).toBe(-7n);
    expect(unscaled('-.07', 'numeric(10, 2)')).toBe(-7n);
    expect(unscaled(-12n, 'numeric(10,2)')).toBe(-1200n);
    expect(unscaled(1e-7, 'numeric(10, 7)')).toBe(1n);
    expect(unscaled(1.5e-7, 'numeric(10, 8)')).toBe(15n);
    expect(unscaled(1e21, 'numeric(38, 2)')).toBe(10n ** 23n);
    expect(unscaled(1.25e21, 'numeric(38, 0)')).toBe(125n * 10n ** 19n);
    expect(unscaled(10n ** 38n - 1n, 'numeric(38,0)')).toBe(10n ** 38n - 1n);
    expect(unscaled(10n ** 38n, 'numeric(38,0)')).toBe('refused');
  });

  test('of doubles are their shortest digits, or rejected', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.double({ noNaN: true, noDefaultInfinity: true }),
          fc.integer().map((n) => n / 100),
        ),
        fc.nat({ max: 38 }),
        (value, scale) => {
          // The same digits with the point moved, by the text of a number without an exponent.
          const digits =
            Math.abs(value) < 1e21 ? value.toFixed(Math.min(100, scale + 30)) : String(BigInt(value));
          const exact = Number(digits) === value && Math.abs(value) > 1e-6;
          const found = unscaled(value, `numeric(38,${scale})`);
          // By its text: a division of two doubles may be off in the last digit.
          if (found !== 'refused')
            expect(Number(`${found}e-${scale}`)).toBeCloseTo(value, Math.min(6, scale));
          if (!exact || !/^-?\d+(\.\d+)?$/.test(String(value))) return;
          const wanted = numericConverter(38, scale)(String(value));
          expect(found).toBe(typeof wanted === 'bigint' ? wanted : 'refused');
        },
      ),
    );
  });

  test('have digits that there are', () => {
    for (const type of ['numeric', 'numeric(39,2)', 'numeric(5,6)', 'numeric(0,0)', 'numeric(10)', 'money']) {
      expect(() => compute(type as 'numeric(1,1)', [count], () => 1n), type).toThrow(
        `or numeric(precision, scale), not ${type}`,
      );
    }
    const typed = compute('numeric(10, 2)', [count], () => 1n);
    expect(typed).toMatchObject({ type: 'numeric', logical: { type: 'numeric', precision: 10, scale: 2 } });
    expect(typed.operation).toEqual(compute('numeric(10,2)', [count], () => 1n).operation);
  });
});
