/** Numbers as people write them: as the oracle reads them, for every type of number. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RejectReason } from '../../../../kernel/types.ts';
import { bigint, float8, integer, numeric, smallint } from '../../../../model/index.ts';
import type { NumberTexts } from '../../../../model/types/column-options.ts';
import { Refusal } from '../../../../model/types/column-type.ts';
import { typeOf } from '../../../../model/types/column-types.ts';
import { readWritten, type WrittenNumber } from '../../../oracle/numbers.ts';
import { plays } from '../../../support/long.ts';
import { compileLoose } from '../../support.ts';

const strips = ['€', 'USD', '%', ' kg', 'Rs', 'Rs.', 'm2', '.-', '$', 'US$', 'e'];
const options: fc.Arbitrary<NumberTexts> = fc
  .record({
    decimal: fc.constantFrom(undefined, '.' as const, ',' as const),
    thousands: fc.constantFrom(
      undefined,
      '.' as const,
      ',' as const,
      ' ' as const,
      "'" as const,
      '_' as const,
    ),
    strip: fc.option(fc.subarray(strips), { nil: undefined }),
    negative: fc.constantFrom(undefined, 'parentheses' as const, 'trailing' as const),
  })
  .filter(({ decimal = '.', thousands, strip, negative }) => {
    const special = decimal === ',' || thousands || (strip ?? []).length > 0 || negative;
    const clear = negative !== 'trailing' || !strip?.includes('.-');
    return decimal !== thousands && clear && Boolean(special);
  });

const digits = fc.oneof(
  fc.stringMatching(/^\d{1,3}$/),
  fc.stringMatching(/^\d{3}$/),
  fc.stringMatching(/^\d{1,40}$/),
  fc.constantFrom('0', '00', '999', '9223372036854775807', '9223372036854775808', '2147483648', '32768'),
);
const marks = fc.constantFrom('', '', '', '', '', '-', '−', '+', '(', ')', ' ');
const group = fc.constantFrom('.', ',', ' ', '\u00a0', '\u202f', "'", '’', '_', '', 'e', 'E-');
const side = fc.tuple(
  marks,
  fc.constantFrom('', '', ' '),
  fc.constantFrom('', '', ...strips),
  fc.constantFrom('', ' '),
  marks,
);

/** Anything that is made of the same pieces as a number. */
const anything = fc
  .tuple(side, fc.array(fc.tuple(digits, group), { minLength: 1, maxLength: 4 }), digits, side)
  .map(([before, groups, last, after]) => [...before, ...groups.flat(), last, ...after].join(''));

/** A number that is written as the options say. */
function written(said: NumberTexts): fc.Arbitrary<string> {
  const { decimal = '.', thousands = '', strip = [], negative } = said;
  const marks = { ' ': [' ', '\u00a0', '\u202f'], "'": ["'", '’'] } as Readonly<Record<string, string[]>>;
  const mark = fc.constantFrom(...(marks[thousands] ?? [thousands]));
  const whole = fc
    .tuple(fc.oneof(fc.nat({ max: 99_999 }), fc.bigInt({ min: 0n, max: 10n ** 22n })), mark, fc.boolean())
    .map(([number, mark, grouped]) =>
      grouped ? String(number).replace(/\B(?=(\d{3})+$)/g, mark) : String(number),
    );
  const fraction = fc.oneof(
    fc.constant(''),
    fc.constant(''),
    fc.stringMatching(/^\d{1,6}$/).map((text) => decimal + text),
  );
  const around = fc.constantFrom('', ...strip);
  const space = fc.constantFrom('', ' ', '\u00a0');
  const signs = [
    ['', ''],
    ['-', ''],
    ['+', ''],
    ['−', ''],
  ];
  if (negative === 'parentheses') signs.push(['(', ')']);
  if (negative === 'trailing') signs.push(['', '-']);
  return fc
    .tuple(fc.constantFrom(...signs), around, fc.boolean(), space, whole, fraction, fc.boolean())
    .map(([[before, after], text, first, space, whole, fraction, inside]) => {
      const number = inside ? `${before}${whole}${fraction}${after}` : `${whole}${fraction}`;
      const stripped = text === '' ? number : first ? `${text}${space}${number}` : `${number}${space}${text}`;
      return inside ? stripped : `${before}${stripped}${after}`;
    });
}

/** With one more character somewhere, most often at an end, or one fewer. */
function changed(texts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const more = fc.constantFrom(
    '-',
    '−',
    '+',
    '(',
    ')',
    ' ',
    '0',
    ',',
    '.',
    "'",
    '_',
    '€',
    '%',
    '$',
    ...strips,
  );
  return fc
    .tuple(texts, fc.nat(), fc.constantFrom('begin', 'end', 'end', 'within', 'out'), more)
    .map(([text, n, where, more]) => {
      const at = where === 'begin' ? 0 : where === 'end' ? text.length : n % (text.length + 1);
      return text.slice(0, at) + (where === 'out' ? '' : more) + text.slice(where === 'out' ? at + 1 : at);
    });
}

const plain = ({ negative, whole, fraction, exponent }: WrittenNumber) =>
  `${negative ? '-' : ''}${whole || '0'}.${fraction || '0'}${exponent}`;

/** The whole number that the oracle's digits make, or the reason for which it does not fit. */
function wholeOf(found: WrittenNumber | undefined, min: bigint, max: bigint): unknown {
  if (found === undefined) return undefined;
  const number = BigInt(found.whole) * (found.negative ? -1n : 1n);
  return number >= min && number <= max ? number : RejectReason.range;
}

/** 10^-4 units, by shifting the point. */
function unscaled(found: WrittenNumber | undefined): unknown {
  if (found === undefined) return undefined;
  const fraction = found.fraction.padEnd(4, '0');
  const number = BigInt(found.whole + fraction.slice(0, 4)) * (found.negative ? -1n : 1n);
  const exact = Number(fraction.slice(4) || 0) === 0 && number < 10n ** 12n && number > -(10n ** 12n);
  return exact ? number : RejectReason.range;
}

function double(found: WrittenNumber | undefined): unknown {
  if (found === undefined) return undefined;
  const number = Number(plain(found));
  return Number.isFinite(number) ? number : RejectReason.range;
}

const convert = (
  column: ReturnType<typeof smallint | typeof integer | typeof bigint | typeof numeric | typeof float8>,
) => {
  const read = typeOf(column.logical).read(column as never, false).convert!;
  return (text: string) => {
    const value = read(text);
    return value instanceof Refusal ? value.reason : value;
  };
};

describe('reads as the oracle does', () => {
  const cases = options.chain((said) =>
    fc.tuple(
      fc.constant(said),
      fc.array(fc.oneof(anything, written(said), changed(written(said))), { minLength: 5, maxLength: 20 }),
    ),
  );

  test('whole numbers of each size', () => {
    let fit = 0;
    fc.assert(
      fc.property(cases, ([said, texts]) => {
        const read = {
          small: convert(smallint(said)),
          int: convert(integer(said)),
          big: convert(bigint(said)),
        };
        for (const text of texts) {
          const found = readWritten(text, said, 'whole');
          const whole = (bits: bigint) => wholeOf(found, -(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n);
          const number = (value: unknown) => (typeof value === 'bigint' ? Number(value) : value);
          expect(read.big(text), text).toBe(whole(64n));
          expect(Object.is(read.int(text), -0) ? 0 : read.int(text), text).toBe(number(whole(32n)));
          expect(Object.is(read.small(text), -0) ? 0 : read.small(text), text).toBe(number(whole(16n)));
          if (typeof whole(64n) === 'bigint') fit++;
        }
      }),
      { numRuns: plays(170, 2_500) },
    );
    expect(fit).toBeGreaterThan(150);
  });

  test('decimals of 64 and of 128 bits, and doubles', () => {
    let fit = 0;
    fc.assert(
      fc.property(cases, ([said, texts]) => {
        const [short, long] = [convert(numeric(12, 4, said)), convert(numeric(38, 10, said))];
        const float = convert(float8(said));
        for (const text of texts) {
          const found = readWritten(text, said, 'decimal');
          expect(short(text), text).toBe(unscaled(found));
          const exact = long(text);
          if (typeof exact === 'bigint') {
            fit++;
            const [whole, fraction] = [found!.whole, found!.fraction.slice(0, 10).padEnd(10, '0')];
            expect(String(exact < 0n ? -exact : exact)).toBe((whole + fraction).replace(/^0+(?=.)/, ''));
            expect(exact < 0n).toBe(found!.negative && exact !== 0n);
          }
          expect(float(text), text).toBe(double(readWritten(text, said, 'double')));
        }
      }),
      { numRuns: plays(170, 2_500) },
    );
    expect(fit).toBeGreaterThan(150);
  });
});

test.each<[NumberTexts, readonly string[], readonly string[]]>([
  [
    { thousands: ',' },
    ['1,000', '1,00,000', '12,34,567', '1000'],
    ['0,123', '01,234', '1,00', '1234,567', '1,23,45', ',123', '1,,000'],
  ],
  [
    { decimal: ',', thousands: '.' },
    ['1.000', '1.000,5', ',5'],
    ['1.00.000', '12.34.567', '0.123', '1.000.5', '1,000.5'],
  ],
  [{ thousands: ' ' }, ['1 000', '1\u00a0000', '1\u202f000'], ['1  000', '1\t000', '1,000']],
  [
    { strip: ['€', 'EUR', 'm2'] },
    ['€5', '5 €', '€ 5 EUR', '-€5', '€-5', '- 5 €', '5m2', 'm2 5', '€.5'],
    ['€5€', '€€5', '-€-5', 'eur 5', 'm25', 'EUR.5', '$5', '€'],
  ],
  [
    { negative: 'parentheses' },
    ['(5)', '( 5 )', '-5', '−5', '+5'],
    ['(5', '5)', '(-5)', '-(5)', '((5))', '5))', '5 ) )', '5-', '()'],
  ],
  [{ negative: 'trailing' }, ['5-', '5 -', '5−', '-5'], ['-5-', '5--', '5+', '(5)', '-']],
])('%j reads what is well formed, and nothing else', (said, good, bad) => {
  const read = convert(float8(said));
  for (const text of good) {
    expect(read(text), text).toBe(double(readWritten(text, said, 'double')));
    expect(typeof read(text), text).toBe('number');
  }
  for (const text of bad) {
    expect(read(text), text).toBeUndefined();
    expect(readWritten(text, said, 'double'), text).toBeUndefined();
  }
});

test('holds the limits of each type exactly', () => {
  const big = convert(bigint({ thousands: ',', negative: 'parentheses' }));
  expect(big('9,223,372,036,854,775,807')).toBe(2n ** 63n - 1n);
  expect(big('(9,223,372,036,854,775,808)')).toBe(-(2n ** 63n));
  expect(big('9,223,372,036,854,775,808')).toBe(RejectReason.range);
  expect(big(`${'0'.repeat(1000)}7`)).toBe(7n);
  const int = convert(integer({ thousands: "'", min: -5, max: 1000 }));
  expect(["1'000", '1’000', "1'001", '-6'].map(int)).toEqual([
    1000,
    1000,
    RejectReason.range,
    RejectReason.range,
  ]);
  const long = convert(numeric(38, 10, { decimal: ',', thousands: '.' }));
  const most = `9.999.999.999.999.999.999.999.999.999,9999999999`.replace(/^9/, '9');
  expect(long(most)).toBe(10n ** 38n - 1n);
  expect(long('10.000.000.000.000.000.000.000.000.000,0')).toBe(RejectReason.range);
  const double = convert(float8({ decimal: ',' }));
  expect(double('9007199254740993,0000000001')).toBe(9007199254740994);
  expect(double('2,4703282292062328e-324')).toBe(5e-324);
  expect(double('1,8e308')).toBe(RejectReason.range);
});

test('words for what is not finite are as nonFinite says', () => {
  const words = ['NaN', '-Infinity', '+inf', 'infinit'];
  const read = (nonFinite: 'reject' | 'null' | 'keep') =>
    words.map(convert(float8({ decimal: ',', nonFinite })));
  const { notFinite } = RejectReason;
  expect(read('reject')).toEqual([notFinite, notFinite, notFinite, undefined]);
  expect(read('null')).toEqual([null, null, null, undefined]);
  expect(read('keep')).toEqual([Number.NaN, -Infinity, Infinity, undefined]);
});

test('takes time in proportion to the text, whatever it is', () => {
  const read = convert(float8({ thousands: ' ', strip: ['€', '%'], negative: 'parentheses' }));
  for (const piece of [' ', '1', ' 111', '€ ', '- ', '1.', '.1', '\u00a0']) {
    expect(read(`${piece.repeat(100_000)}x`), piece).toBeUndefined();
    expect(read(`1${piece.repeat(100_000)}x`), piece).toBeUndefined();
    expect(read(`€${piece.repeat(100_000)}x`), piece).toBeUndefined();
  }
});

describe('in a definition', () => {
  const compiled = (v: object) => compileLoose({ name: 'x', columns: { v }, star: { fact: 'f' } });

  test.each<[NumberTexts, string]>([
    [{ thousands: '.' }, `columns.v.thousands: "." separates the fraction too. Say decimal: ',', or another`],
    [
      { decimal: ',', thousands: ',' },
      `columns.v.thousands: "," separates the fraction too. Say decimal: '.'`,
    ],
    [{ decimal: ';' as never }, 'columns.v.decimal: there is no ";". Say "." or ","'],
    [{ thousands: '-' as never }, 'columns.v.thousands: there is no "-". Say ".", ",", " ", "\'" or "_"'],
    [
      { negative: 'leading' as never },
      'columns.v.negative: there is no "leading". Say "parentheses" or "trailing"',
    ],
    [{ strip: '€' as never }, 'columns.v.strip: it is not a list'],
    [{ strip: ['€', ' '] }, 'columns.v.strip: " " is part of numbers, or empty'],
    [{ strip: ['-'] }, 'columns.v.strip: "-" is part of numbers, or empty'],
    [
      { strip: ['.-'], negative: 'trailing' },
      'columns.v.strip: ".-" has a mark that makes numbers negative here',
    ],
    [{ strip: ['00'] }, 'columns.v.strip: "00" is part of numbers, or empty'],
    [{ strip: [7 as never] }, 'columns.v.strip: 7 is part of numbers, or empty'],
  ])('%j is a mistake', (said, message) => {
    expect(() => compiled(numeric(10, 2, said))).toThrow(message);
    expect(() => compiled(float8(said))).toThrow(message);
  });

  test('whole numbers may have points between their groups, and nothing said of fractions', () => {
    expect(() => compiled(integer({ thousands: '.' }))).not.toThrow();
    expect(() => compiled(integer({ thousands: '.', decimal: '.' }))).toThrow('separates the fraction too');
  });

  test('each option is part of the version, and plain ones change nothing', () => {
    const versions = [
      {},
      { decimal: ',' },
      { thousands: ',' },
      { strip: ['€'] },
      { strip: ['$'] },
      { negative: 'trailing' },
    ]
      .map((said) => [
        smallint(said as never),
        bigint(said as never),
        float8(said as never),
        numeric(9, 2, said as never),
      ])
      .map((columns) => columns.map((column) => compiled(column).version));
    for (const type of [0, 1, 2, 3])
      expect(new Set(versions.map((one) => one[type])).size).toBe(versions.length);
    const bounded = integer({ thousands: ',', max: 5 });
    expect(compiled(bounded).version).not.toBe(compiled(integer({ thousands: ',' })).version);
    expect(compiled(float8({ decimal: '.', strip: [] })).version).toBe(compiled(float8()).version);
    expect(compiled(float8({ decimal: '.', strip: [] })).columns[0].type).toEqual({ kind: 'float64' });
  });

  test('messages show a number as it is written', () => {
    const words = (column: ReturnType<typeof numeric | typeof integer>) =>
      typeOf(column.logical).words(column.logical, typeOf(column.logical).read(column as never, false));
    expect(words(numeric(10, 2, { decimal: ',', thousands: '.' }))).toBe('numeric(10, 2) (like 1.234,50)');
    expect(words(integer({ thousands: ' ' }))).toBe('integer (like 1 234)');
    expect(words(numeric(10, 2, { strip: ['€'] }))).toBe('numeric(10, 2)');
  });
});
