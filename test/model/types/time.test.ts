/** Times of day: as the oracle, PostgreSQL and DuckDB read them. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RejectReason } from '../../../kernel/types.ts';
import { compileDataset } from '../../../model/compile/compile.ts';
import { compute, defineDataset, hour, minute, time, timeOfDay } from '../../../model/index.ts';
import { Refusal } from '../../../model/types/column-type.ts';
import { timeConverter, timeText } from '../../../model/types/time.ts';
import { readFormat } from '../../oracle/time.ts';
import { duckRows } from '../../sinks/lake/support.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';
import { plays } from '../../support/long.ts';
import { compileLoose, run, vectorOf } from '../support.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const reads = (
  formats: readonly string[],
  leapSecond: 'reject' | 'clamp' = 'reject',
  fraction: 'reject' | 'truncate' = 'reject',
) => timeConverter({ formats, locale: 'en', leapSecond, fraction });
const usual = reads(['HH:mm:ss', 'HH:mm', 'HH:mm:ss.S']);

/** As the oracle reads it on a day, by the formats in their order. */
function slowly(
  text: string,
  formats: readonly string[],
  clamp: boolean,
  cut: boolean,
): bigint | RejectReason | undefined {
  let reason: RejectReason | undefined;
  for (const format of formats) {
    const found = readFormat(`2000-01-01 ${text}`, `yyyy-MM-dd ${format}`, clamp, cut);
    if (found === 'type') continue;
    if (typeof found === 'string') reason = RejectReason[found];
    else {
      const { hour, minute, second, millisecond, microsecond } = found.date;
      const seconds = (hour * 60 + minute) * 60 + second;
      return BigInt(seconds * 1_000_000 + millisecond * 1000 + microsecond);
    }
  }
  return reason;
}

const part = fc.oneof(fc.nat({ max: 61 }), fc.constantFrom(0, 12, 23, 24, 59, 60));
const digits = (width: number) => part.map((number) => String(number).padStart(width, '0'));
const written = fc
  .tuple(
    fc.oneof(digits(1), digits(2)),
    digits(2),
    fc.option(digits(2)),
    fc.option(fc.stringMatching(/^\d{1,10}$/)),
    fc.constantFrom('', '', ' AM', ' pm', 'Z'),
  )
  .map(([hours, minutes, seconds, fraction, end]) =>
    [`${hours}:${minutes}`, seconds && `:${seconds}`, fraction && `.${fraction}`, end].join(''),
  );
const formatLists = [
  ['HH:mm:ss', 'HH:mm', 'HH:mm:ss.S'],
  ['H:mm', 'H:mm:ss'],
  ['h:mm a', 'hh:mm:ss a', 'HH:mm'],
  ['HH:mm:ss.SSS', "H':'m"],
  ['HH:mm:ss.SSSSSSSSS', 'HH:mm:ss.SSSSSSSS', 'H:mm'],
];

const micros = fc.oneof(
  fc.nat({ max: 86_399_999_999 }),
  fc.nat({ max: 86_399 }).map((second) => second * 1_000_000),
);

describe('reads', () => {
  test.each(formatLists.map((formats) => [formats]))('%j as the oracle does', (formats) => {
    for (const [clamp, cut] of [
      [false, false],
      [false, true],
      [true, false],
    ]) {
      const read = reads(formats, clamp ? 'clamp' : 'reject', cut ? 'truncate' : 'reject');
      fc.assert(
        fc.property(written, (text) => {
          const found = read(text);
          expect(found instanceof Refusal ? found.reason : found).toBe(slowly(text, formats, clamp, cut));
        }),
        { numRuns: plays(230, 3_500) },
      );
    }
  });

  test('what it writes, and what PostgreSQL and DuckDB write', async () => {
    const values = fc.sample(micros, 1000);
    const texts = values.map(timeText);
    expect(texts.map(usual)).toEqual(values.map(BigInt));
    const { rows } = await database.pool.query(
      `select t::time::text as text, (extract(epoch from t::time) * 1000000)::bigint::text as micros
       from unnest($1::text[]) with ordinality as given(t, n) order by n`,
      [texts],
    );
    expect(rows.map((row) => row.micros)).toEqual(values.map(String));
    expect(rows.map((row) => usual(row.text))).toEqual(values.map(BigInt));
    const list = texts.map((text, n) => `(${n}, '${text}')`).join(', ');
    const found = await duckRows(
      `select t::time::varchar as text from (values ${list}) as given(n, t) order by n`,
    );
    expect(found.map(({ text }) => usual(String(text)))).toEqual(values.map(BigInt));
  });
});

test('its formats are about the clock', () => {
  const compiled = (formats: readonly string[]) =>
    compileLoose({ name: 'x', columns: { v: time({ formats }) }, star: { fact: 'f' } });
  expect(() => compiled(['HH:mm', 'h:mm a'])).not.toThrow();
  for (const format of ['yyyy-MM-dd HH:mm', 'HH:mmX', 'HH:mm VV', 'd HH:mm']) {
    expect(() => compiled([format]), format).toThrow('a time has no day and no zone');
  }
  expect(() => compiled(['mm:ss'])).toThrow('it must have one hour');
  expect(() => compiled(['h:mm'])).toThrow('h and a must be used together');
  expect(() => compiled([])).toThrow('the list is empty. Leave it out for HH:mm:ss');
  expect(() =>
    compileDataset(defineDataset({ name: 'x', columns: { v: time({ min: '25:00' }) }, star: { fact: 'f' } })),
  ).toThrow('it is not a value of the column');
});

test('enrichments, rules and compute see the time', () => {
  const at = { type: 'time', logical: time().logical, column: 'at' } as const;
  const values = [0n, 3_599_999_999n, 3_600_000_000n, 86_399_999_999n, null, 45_296_000_001n];
  const given = [[at.logical, vectorOf(at.logical, values)]] as const;
  expect(run(hour(at), given)).toEqual([0, 0, 1, 23, null, 12]);
  expect(run(minute(at), given)).toEqual([0, 59, 0, 59, null, 34]);
  expect(run(timeOfDay(at), given)).toEqual(['night', 'night', 'night', 'evening', null, 'afternoon']);
  expect(
    run(
      compute('float8', [at], (at) => at),
      given,
    ),
  ).toEqual([0, 3_599_999.999, 3_600_000, 86_399_999.999, null, 45_296_000.001]);
  const later = compute('time', [at], (at) => (at + 3_600_000) % 86_400_000);
  expect(run(later, given).slice(0, 4)).toEqual([3_600_000, 7_199_999.999, 7_200_000, 3_599_999.999]);
  for (const wrong of [-0.001, 86_400_000, Number.NaN]) {
    expect(() =>
      run(
        compute('time', [at], () => wrong),
        given,
      ),
    ).toThrow(/not a value of type time/);
  }
});
