/** Numbers in every way in which people write them come out exactly as they went in. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { guessColumn } from '../../../../../model/infer/guess/guess-column.ts';
import { plays } from '../../../../support/long.ts';
import { readBy, sampleOf } from '../support.ts';

interface Style {
  readonly decimal: '.' | ',';
  readonly thousands: '' | '.' | ',' | ' ' | "'" | '_' | '\u00a0';
  readonly scale: number;
  readonly before: string;
  readonly after: string;
  readonly negative: 'minus' | 'parentheses' | 'trailing';
}

const style: fc.Arbitrary<Style> = fc
  .record({
    decimal: fc.constantFrom('.' as const, ',' as const),
    thousands: fc.constantFrom('', '.', ',', ' ', "'", '_', '\u00a0') as fc.Arbitrary<Style['thousands']>,
    scale: fc.integer({ min: 0, max: 6 }),
    unit: fc.constantFrom(
      ['', ''],
      ['$', ''],
      ['€ ', ''],
      ['', ' €'],
      ['', '%'],
      ['', ' %'],
      ['', ' kg'],
      ['USD ', ''],
      ['Rs.', ''],
    ),
    negative: fc.constantFrom('minus' as const, 'parentheses' as const, 'trailing' as const),
  })
  .filter(({ decimal, thousands }) => decimal !== thousands)
  .map(({ unit: [before, after], ...rest }) => ({ ...rest, before, after }));

/** The slow, obvious way to write `unscaled` × 10^-scale. */
function write(unscaled: bigint, { decimal, thousands, scale, before, after, negative }: Style): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  let whole = digits.slice(0, digits.length - scale);
  let grouped = '';
  while (thousands !== '' && whole.length > 3) {
    grouped = thousands + whole.slice(-3) + grouped;
    whole = whole.slice(0, -3);
  }
  const fraction = scale === 0 ? '' : decimal + digits.slice(-scale);
  const text = before + whole + grouped + fraction + after;
  if (unscaled >= 0n) return text;
  return negative === 'minus' ? `-${text}` : negative === 'parentheses' ? `(${text})` : `${text}-`;
}

/** The number of a text that PostgreSQL reads, as a multiple of 10^-scale. */
function unscaledOf(text: string, scale: number): bigint {
  const [, sign, whole, fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text)!;
  expect(fraction.slice(scale)).toMatch(/^0*$/);
  const unscaled = BigInt(whole + fraction.slice(0, scale).padEnd(scale, '0'));
  return sign === '-' ? -unscaled : unscaled;
}

it('are read as they were written', async () => {
  await fc.assert(
    fc.asyncProperty(
      style,
      fc.array(fc.bigInt({ min: -(10n ** 11n), max: 10n ** 11n }), { minLength: 1, maxLength: 20 }),
      async (how, random) => {
        // These leave no doubt which mark is which, and that negative numbers are none.
        const one = 10n ** BigInt(how.scale);
        const unscaled = [...random, 1234567n * one, 12n * one, 12345n * one];
        const texts = unscaled.map((value) => write(value, how));
        const guess = guessColumn(sampleOf(texts));
        const remarks = guess.remarks.filter(({ kind }) => kind === 'check');
        expect({ how, guess, remarks }).toEqual({ how, guess, remarks: [] });
        const values = await readBy(guess, texts);
        expect(values.map((value) => unscaledOf(value ?? 'rejected', how.scale))).toEqual(unscaled);
        const money = how.before + how.after !== '' && !how.after.includes('kg');
        const expected = how.scale === 0 && !money ? /integer|bigint/ : /numeric/;
        expect(guess.type).toMatch(expected);
      },
    ),
    { numRuns: plays(130, 2_000) },
  );
});

/** Digits without the zeros before and after them, the point and the exponent. */
const significant = (text: string) => text.replace(/e.*|^-|\./g, '').replace(/^0+|0+$/g, '');

it('are doubles only if no digit is lost', async () => {
  const mantissa = fc.stringMatching(/^[1-9]\d{0,18}$/);
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof(
          fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e20, max: 1e20 }).map(String),
          fc.tuple(mantissa, fc.nat(18)).map(([whole, at]) => `0.${'0'.repeat(at)}${whole}`),
          fc.tuple(mantissa, mantissa).map(([whole, fraction]) => `${whole}.${fraction}`),
        ),
        { minLength: 1, maxLength: 5 },
      ),
      async (texts) => {
        const guess = guessColumn(sampleOf(texts));
        if (guess.type !== 'float8') return;
        for (const text of texts) {
          const digits = significant(text);
          const printed = [String(Number(text)), Number(text).toPrecision(Math.max(1, digits.length))];
          expect(printed.map(significant)).toContain(digits);
        }
      },
    ),
    { numRuns: plays(670, 10_000) },
  );
});
