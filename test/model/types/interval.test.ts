/** Lengths of time: as Temporal, PostgreSQL and DuckDB read them. */
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RejectReason } from '../../../kernel/types.ts';
import { compute, interval, rule, timestamp } from '../../../model/index.ts';
import { Refusal } from '../../../model/types/column-type.ts';
import { intervalConverter, intervalText } from '../../../model/types/interval.ts';
import { duckRows } from '../../sinks/lake/support.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';
import { plays } from '../../support/long.ts';
import { run, vectorOf } from '../support.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const sign = fc.constantFrom('', '-', '+');
const count = fc.oneof(fc.nat({ max: 9 }), fc.nat({ max: 200_000 }));
const fraction = fc.oneof(fc.constant(''), fc.stringMatching(/^\.\d{1,6}$/));

/** Numbers with their letters, those that are there in their order, the fraction on the last. */
const iso = fc
  .tuple(
    sign,
    fc.option(count),
    fc.option(count),
    fc.tuple(fc.option(count), fc.option(count), fc.option(fc.tuple(count, fraction))),
  )
  .filter(([, weeks, days, time]) => [weeks, days, ...time].some((part) => part !== null))
  .map(([sign, weeks, days, [hours, minutes, seconds]]) => {
    const time = [
      hours !== null && `${hours}H`,
      minutes !== null && `${minutes}M`,
      seconds && `${seconds.join('')}S`,
    ];
    const shown = time.filter(Boolean).join('');
    const date = [weeks !== null && `${weeks}W`, days !== null && `${days}D`].filter(Boolean).join('');
    return `${sign}P${date}${shown && `T${shown}`}`;
  });

const two = fc.nat({ max: 59 }).map((part) => String(part).padStart(2, '0'));
const clock = fc
  .tuple(sign, count, two, fc.option(fc.tuple(two, fraction)))
  .map(
    ([sign, hours, minutes, rest]) => `${sign}${hours}:${minutes}${rest === null ? '' : `:${rest.join('')}`}`,
  );
const days = fc.tuple(sign, count).map(([sign, days]) => `${sign}${days} day${days === 1 ? '' : 's'}`);
const daysAndClock = fc.tuple(days, clock).map((parts) => parts.join(' '));

/** The clock's parts, one after the other. */
function slowly(text: string): bigint {
  const [first, second] = text.split(' day').map((part) => part.replace(/^s/, '').trim());
  if (second !== undefined) return BigInt(first) * 86_400_000_000n + (second === '' ? 0n : slowly(second));
  const [hours, minutes, seconds = '0'] = first.replace(/^[+-]/, '').split(':');
  const [whole, part = ''] = seconds.split('.');
  const total = (BigInt(hours) * 60n + BigInt(minutes)) * 60n + BigInt(whole);
  const micros = total * 1_000_000n + BigInt(part.padEnd(6, '0'));
  return first.startsWith('-') ? -micros : micros;
}

describe('reads', () => {
  test('ISO 8601 as Temporal does', () => {
    fc.assert(
      fc.property(iso, (text) => {
        const { weeks, days, hours, minutes, seconds, milliseconds, microseconds } =
          Temporal.Duration.from(text).abs();
        const allHours = BigInt(weeks * 7 + days) * 24n + BigInt(hours);
        const allSeconds = (allHours * 60n + BigInt(minutes)) * 60n + BigInt(seconds);
        const micros = allSeconds * 1_000_000n + BigInt(milliseconds * 1000 + microseconds);
        expect(intervalConverter(text)).toBe(text.startsWith('-') ? -micros : micros);
      }),
      { numRuns: plays(670, 10_000) },
    );
  });

  test('days and clocks as their parts add up', () => {
    fc.assert(
      fc.property(fc.oneof(clock, days, daysAndClock), (text) => {
        expect(intervalConverter(text)).toBe(slowly(text));
      }),
      { numRuns: plays(670, 10_000) },
    );
  });

  test('what PostgreSQL reads, as PostgreSQL does', async () => {
    const texts = fc
      .sample(fc.oneof(iso, clock, days, daysAndClock), 3000)
      .filter((text) => !/^[+-]P/.test(text));
    const { rows } = await database.pool.query(
      `select (extract(epoch from t::interval) * 1000000)::bigint::text as micros
       from unnest($1::text[]) with ordinality as given(t, n) order by n`,
      [texts],
    );
    expect(texts.map((text) => String(intervalConverter(text)))).toEqual(rows.map(({ micros }) => micros));
  });

  test('what DuckDB reads, as DuckDB does', async () => {
    const texts = fc
      .sample(fc.oneof(clock, days), 1000)
      .filter((text) => !text.startsWith('+') && /:\d\d:|day/.test(text));
    const list = texts.map((text, n) => `(${n}, '${text}')`).join(', ');
    const rows = await duckRows(
      `select epoch_us(t::interval) as micros from (values ${list}) as given(n, t) order by n`,
    );
    expect(texts.map((text) => intervalConverter(text))).toEqual(rows.map(({ micros }) => micros));
  });

  test('what it writes, and what PostgreSQL writes in either style', async () => {
    const values = fc.sample(fc.bigInt({ min: -(10n ** 16n), max: 10n ** 16n }), 500);
    for (const value of values) expect(intervalConverter(intervalText(value))).toBe(value);
    const client = await database.pool.connect();
    for (const style of ['postgres', 'iso_8601']) {
      await client.query(`set intervalstyle = ${style}`);
      const { rows } = await client.query(
        `select justify_hours(make_interval(secs => 0) + v * interval '1 microsecond')::text as text
         from unnest($1::bigint[]) with ordinality as given(v, n) order by n`,
        [values.map((value) => String(value % 10n ** 15n))],
      );
      const written = values.map((value) => value % 10n ** 15n);
      expect(rows.map(({ text }) => intervalConverter(text))).toEqual(written);
    }
    await client.query('reset intervalstyle');
    client.release();
  });
});

describe('does not read', () => {
  const other = [
    '',
    'P',
    'PT',
    'P1',
    '1',
    '1D',
    'P1Y',
    'P1M',
    'P1Y2M3D',
    'PT1S1H',
    'P1DT',
    '1:2',
    '1:02:3',
    'day',
    '1 month',
  ];
  test.each([...other, '1 day 2', '1day', ' 01:00', '01:00 ', 'P-', '--1:00', '- 1:00'])('%j', (text) => {
    expect(intervalConverter(text)).toBeUndefined();
  });
  const far = [
    '01:60',
    '01:00:60',
    'PT0.0000001S',
    'PT2562047789H',
    '-PT2562047789H',
    '106751992 days',
    '0:00:00.0000001',
  ];
  test.each(far.slice(0, -1))('%j, which is out of range', (text) => {
    const found = intervalConverter(text);
    expect(found instanceof Refusal && found.reason).toBe(RejectReason.range);
  });

  test('digits without end', () => {
    const nines = '9'.repeat(1_000_000);
    for (const text of [`PT${nines}S`, `${nines}:00`, `PT0.${nines}S`, `${nines} days`]) {
      expect(intervalConverter(text)).toBeInstanceOf(Refusal);
    }
    expect(intervalConverter(`P${'1D'.repeat(100_000)}`)).toBeUndefined();
  });
});

test('rules and compute see milliseconds', () => {
  const at = { type: 'timestamp', logical: timestamp().logical, column: 'at' } as const;
  const length = { type: 'interval', logical: interval().logical, column: 'length' } as const;
  const given = [
    [at.logical, vectorOf(at.logical, [1_000_000n, null])],
    [length.logical, vectorOf(length.logical, [-500_001n, 1n])],
  ] as const;
  const later = compute('timestamp', [at, length], (at, length) => at + length);
  expect(run(later, given)).toEqual([499.999, null]);
  const twice = compute('interval', [length], (length) => 2 * length);
  expect(run(twice, given.slice(1))).toEqual([-1000.002, 0.002]);
  expect(() =>
    run(
      compute('interval', [length], () => Number.NaN),
      given.slice(1),
    ),
  ).toThrow(/not a value of type interval/);
  expect(rule([length], (length) => length > 0).test(...([1] as never[]))).toBe(true);
});
