/** Timestamps: in several languages in one column, as numbers, with fractions of any length, in zones that they name. */
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { RejectReason } from '../../../kernel/types.ts';
import { date, time, timestamp } from '../../../model/index.ts';
import { Refusal } from '../../../model/types/column-type.ts';
import { typeOf } from '../../../model/types/column-types.ts';
import type { TimestampOptions } from '../../../model/types/timestamp.ts';
import { plays } from '../../support/long.ts';
import { compileLoose } from '../support.ts';

const { range, fraction, zone, type } = RejectReason;

/** Microseconds, or the reason. */
function reader(options: TimestampOptions) {
  const column = timestamp(options);
  const { convert } = typeOf(column.logical).read(column, false);
  return (text: string) => {
    const value = convert!(text);
    return value instanceof Refusal ? value.reason : (value ?? type);
  };
}

const micros = (text: string) => Temporal.Instant.from(text).epochNanoseconds / 1000n;
const compiled = (v: unknown) => compileLoose({ name: 'x', columns: { v }, star: { fact: 'f' } });

describe('formats with a language of their own', () => {
  const formats = [
    'yyyy-MM-dd HH:mm:ss VV',
    'yyyy-MM-dd HH:mm:ss.S VV',
    'MM/dd/yyyy hh:mm a',
    { format: 'd MMMM yyyy HH:mm', locale: 'ru' },
    'd MMMM yyyy HH:mm',
  ] as const;

  test('are read side by side', () => {
    const read = reader({ formats });
    expect(read('2019-09-27 00:00:00 UTC')).toBe(micros('2019-09-27T00:00:00Z'));
    expect(read('2019-09-27 00:00:00.123456 UTC')).toBe(micros('2019-09-27T00:00:00.123456Z'));
    expect(read('09/27/2019 12:30 AM')).toBe(micros('2019-09-27T00:30:00Z'));
    expect(read('26 сентября 2019 08:05')).toBe(micros('2019-09-26T08:05:00Z'));
    expect(read('26 September 2019 08:05')).toBe(micros('2019-09-26T08:05:00Z'));
    expect(read('26 settembre 2019 08:05')).toBe(type);
    expect(read('31 сентября 2019 08:05')).toBe(range);
  });

  test('every month of both languages', () => {
    const months = { en: 'en-GB', ru: 'ru-RU' } as const;
    const read = reader({ formats });
    fc.assert(
      fc.property(
        fc.constantFrom('en' as const, 'ru' as const),
        fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }),
        (locale, date) => {
          const minute = new Date(Math.floor(date.getTime() / 60_000) * 60_000);
          const said = new Intl.DateTimeFormat(months[locale], {
            day: 'numeric',
            month: 'long',
            timeZone: 'UTC',
          }).format(minute);
          const text = `${said} ${minute.toISOString().slice(0, 4)} ${minute.toISOString().slice(11, 16)}`;
          expect(read(text), text).toBe(BigInt(minute.getTime()) * 1000n);
        },
      ),
    );
  });

  test('are part of the version, unless they say what the column says', () => {
    const version = (v: unknown) => compiled(v).version;
    const own = (locale: 'en' | 'ru') => [{ format: 'd MMMM yyyy', locale }];
    expect(version(date({ formats: own('ru') }))).not.toBe(version(date({ formats: own('en') })));
    expect(version(date({ formats: own('en') }))).toBe(version(date({ formats: ['d MMMM yyyy'] })));
    // A format that the kernel reads has no words.
    expect(compiled(date({ formats: [{ format: 'yyyyMMdd', locale: 'ru' }] })).columns[0].type).toEqual({
      kind: 'date',
      formats: ['yyyyMMdd'],
    });
  });

  test.each<[unknown, string]>([
    [[{ format: 'd MMM yyyy', locale: 'xx' }], 'formats "d MMM yyyy": there is no locale "xx". Say en, de'],
    [[{ format: 'd MMM yyyy' }], 'formats "d MMM yyyy": there is no locale undefined'],
    [[{ locale: 'en' }], 'columns.v.formats: {"locale":"en"} is not a format'],
    [[7], 'columns.v.formats: 7 is not a format'],
    [[{ format: 'd MMM', locale: 'en' }], 'formats "d MMM": it must have one year'],
  ])('%j is a mistake', (formats, message) => {
    expect(() => compiled(timestamp({ formats: formats as never }))).toThrow(message);
    expect(() => compiled(date({ formats: formats as never }))).toThrow(message);
  });
});

describe('numbers since 1970', () => {
  const units = { s: 1_000_000n, ms: 1000n, us: 1n } as const;
  const first = micros('-004713-11-24T00:00:00Z');
  const last = micros('9999-12-31T23:59:59.999999Z');

  /** By adding up digits after the point, each worth a tenth of the one before, in billionths of a microsecond. */
  function slowly(text: string, unit: keyof typeof units, cut: boolean): bigint | RejectReason {
    const [whole, digits] = text.replace(/^[+-]/, '').split('.');
    if (!/^\d+$/.test(whole) || (digits !== undefined && (unit === 'us' || !/^\d+$/.test(digits))))
      return type;
    const scale = 10n ** 20n;
    let value = BigInt(whole) * units[unit] * scale;
    let worth = units[unit] * scale;
    for (const digit of digits ?? '') value += BigInt(digit) * (worth /= 10n);
    const sign = text.startsWith('-') ? -1n : 1n;
    const found = sign * (value / scale);
    if (found < first || found > last) return range;
    return value % scale !== 0n && !cut ? fraction : found;
  }

  const whole = fc.oneof(
    fc.stringMatching(/^\d{1,20}$/),
    fc.bigInt({ min: -first - 5n, max: -first + 5n }).map(String),
    fc.bigInt({ min: last - 5n, max: last + 5n }).map(String),
    fc.constantFrom(
      '253402300799',
      '253402300800',
      '253402300799999',
      '210866803200',
      '210866803201',
      '',
      'x',
    ),
  );
  const digits = fc.oneof(
    fc.constant(''),
    fc.stringMatching(/^\.\d{0,12}$/),
    fc.stringMatching(/^\.\d{3}0{0,6}$/),
  );
  const number = fc.tuple(fc.constantFrom('', '-', '+'), whole, digits).map((parts) => parts.join(''));

  test.each(['s', 'ms', 'us'] as const)('of %s are read as the oracle does', (epoch) => {
    for (const cut of [false, true]) {
      const read = reader({ epoch, ...(cut && { fraction: 'truncate' }) });
      fc.assert(
        fc.property(number, (text) => {
          expect(read(text), text).toBe(slowly(text, epoch, cut));
        }),
        { numRuns: plays(1_000, 15_000) },
      );
    }
  });

  test('are decimal numbers, and nothing else', () => {
    const read = reader({ epoch: 's' });
    for (const text of ['', ' 1', '1e9', '1,5', '.5', '5.', '0x10', '--1', '2024-01-01', '1_000']) {
      expect(read(text), text).toBe(type);
    }
    expect(read(`${'0'.repeat(100_000)}7`)).toBe(7_000_000n);
    expect(read('9'.repeat(100_000))).toBe(range);
  });

  test('have no formats beside them, and units that there are', () => {
    expect(() => compiled(timestamp({ epoch: 's', formats: ['yyyy-MM-dd'] }))).toThrow(
      'columns.v.epoch: the column has formats too. Keep one of them',
    );
    expect(() => compiled(timestamp({ epoch: 'ns' as never }))).toThrow(
      'columns.v.epoch: there is no ns. Say s, ms or us',
    );
  });

  test('are named in messages, and part of the version', () => {
    const column = timestamp({ epoch: 'ms' });
    const { words, read } = typeOf(column.logical);
    expect(words(column.logical, read(column, false))).toBe('timestamp (milliseconds since 1970)');
    const all = [
      {},
      { epoch: 's' },
      { epoch: 'ms' },
      { epoch: 's', fraction: 'truncate' },
    ] as TimestampOptions[];
    expect(new Set(all.map((options) => compiled(timestamp(options)).version)).size).toBe(4);
  });
});

describe('fractions', () => {
  test('of a converted column are cut or rejected as those of the kernel are', () => {
    const formats = ['d MMM yyyy HH:mm:ss.S'];
    const [strict, cut] = [reader({ formats }), reader({ formats, fraction: 'truncate' })];
    expect(strict('1 May 2024 00:00:00.123456000')).toBe(micros('2024-05-01T00:00:00.123456Z'));
    expect(strict('1 May 2024 00:00:00.123456001')).toBe(fraction);
    expect(cut('1 May 2024 00:00:00.123456999')).toBe(micros('2024-05-01T00:00:00.123456Z'));
    expect(cut('1 May 1969 00:00:00.999999999')).toBe(micros('1969-05-01T00:00:00.999999Z'));
    expect(strict('31 June 2024 00:00:00.123456001')).toBe(range);
    expect(strict('1 May 2024 00:00:00.1234567890')).toBe(type);
  });

  test('change the version only where they change what is read', () => {
    const version = (v: unknown) => compiled(v).version;
    for (const make of [time, timestamp]) {
      expect(version(make({ fraction: 'truncate' }))).not.toBe(version(make()));
      expect(version(make({ fraction: 'reject' }))).toBe(version(make()));
    }
    expect(() => compiled(time({ fraction: 'round' as never }))).toThrow(
      'columns.v.fraction: there is no round',
    );
  });
});

describe('dates without a day', () => {
  test('need a month', () => {
    for (const format of ['yyyy-MM', 'MM/yyyy', 'MMM yyyy', "MMMM y 'г.'", 'yyyyMM']) {
      expect(() => compiled(date({ formats: [format] })), format).not.toThrow();
      expect(() => compiled(timestamp({ formats: [format] })), format).toThrow('it must have one day');
    }
    for (const format of ['yyyy', "'FY'yy", 'uuuu']) {
      expect(() => compiled(date({ formats: [format] })), format).toThrow(
        'a year alone is not a day. Use smallint() or integer(), or compute a date from it',
      );
    }
    expect(() => compiled(date({ formats: ['yyyy-dd'] }))).toThrow('it must have one month');
    expect(() => compiled(date({ formats: ["'x'"] }))).toThrow('it must have one year');
  });
});

describe('zones in a text', () => {
  const read = reader({
    formats: ['yyyy-MM-dd HH:mm VV', 'yyyy-MM-dd HH:mm X', 'yyyy-MM-dd h:mm a'],
    zone: 'Asia/Tokyo',
  });

  test('are names or offsets', () => {
    const at = '2024-07-01 10:00';
    for (const utc of ['UTC', 'utc', 'GMT', 'Z', 'Etc/UTC', '+00:00']) {
      expect(read(`${at} ${utc}`), utc).toBe(micros('2024-07-01T10:00:00Z'));
    }
    expect(read(`${at} +03:00`)).toBe(micros('2024-07-01T07:00:00Z'));
    expect(read(`${at} -0330`)).toBe(micros('2024-07-01T13:30:00Z'));
    expect(read(`${at} Europe/Moscow`)).toBe(micros('2024-07-01T07:00:00Z'));
  });

  test('are no abbreviations, which several zones share', () => {
    for (const name of ['EST', 'est', 'IST', 'CST', 'CET', 'MSK', 'PST', 'Mars/Olympus', 'UTC+3']) {
      expect(read(`2024-07-01 10:00 ${name}`), name).toBe(zone);
    }
  });

  test('do not keep another format from being tried', () => {
    expect(read('2024-07-01 1:05 PM')).toBe(micros('2024-07-01T04:05:00Z'));
  });

  test.each([
    ["yyyy-MM-dd HH:mm 'UTC'", 'VV'],
    ["yyyy-MM-dd HH:mm' GMT'", 'VV'],
    ["yyyy-MM-dd'T'HH:mm:ss'Z'", 'X'],
  ])('%s is not a time of another zone', (format, letters) => {
    expect(() => compiled(timestamp({ formats: [format], zone: 'Asia/Tokyo' }))).toThrow(
      `is not read as a zone, so that times would be those of Asia/Tokyo. Write ${letters} in its place`,
    );
    expect(() => compiled(timestamp({ formats: [format] }))).not.toThrow();
  });
});
