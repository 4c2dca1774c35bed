import { describe, expect, it } from 'vitest';
import {
  compact,
  count,
  duration,
  moment,
  percent,
  remaining,
  shortName,
  size,
  span,
} from '../../../dashboard/src/format.ts';
import { plural } from '../../../platform/plural.ts';

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.00 kB'],
  [9_994, '9.99 kB'],
  [9_995, '10.0 kB'],
  [99_949, '99.9 kB'],
  [99_950, '100 kB'],
  [999_499, '999 kB'],
  [999_500, '1.00 MB'],
  [1_290_000_000, '1.29 GB'],
  [5e17, '500 PB'],
])('writes %d bytes as %s', (bytes, text) => {
  expect(size(bytes)).toBe(text);
});

it.each([
  [0.04, '0.0 s'],
  [4.24, '4.2 s'],
  [59.4, '59 s'],
  [59.6, '1 min 0 s'],
  [200, '3 min 20 s'],
  [3599.6, '1 h 0 min'],
  [7500, '2 h 5 min'],
])('writes %d seconds as %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

it('never promises less than a second', () => {
  expect([remaining(0.2), remaining(7.4), remaining(80)]).toEqual(['1 s', '7 s', '1 min 20 s']);
});

it.each([
  [0, 0],
  [0.0001, 1],
  [0.444, 44],
  [0.9999, 99],
  [1, 100],
  [1.2, 100],
])('writes the share %d as %d percent', (share, whole) => {
  expect(percent(share)).toBe(whole);
});

it('writes counts in full and rates in short', () => {
  expect(count(1_234_567.4)).toBe('1,234,567');
  expect([compact(9999), compact(812_345), compact(1_234_567)]).toEqual(['9,999', '812K', '1.23M']);
  expect([plural(1, 'file'), plural(1000, 'file'), plural(2, 'process', 'processes')]).toEqual([
    '1 file',
    '1,000 files',
    '2 processes',
  ]);
});

it('writes the day only where it was not today', () => {
  const now = new Date(2024, 4, 5, 12, 0, 0);
  expect(moment(new Date(2024, 4, 5, 9, 8, 7).toISOString(), now)).toBe('09:08:07');
  expect(moment(new Date(2024, 4, 4, 9, 8, 7).toISOString(), now)).toBe('2024-05-04 09:08:07');
});

describe('names of files', () => {
  it('are shown without what a window says twice', () => {
    expect(shortName('orders.csv')).toBe('orders.csv');
    expect(shortName('api/2026-01-01_2026-01-02/0001.csv')).toBe('api/2026-01-01_2026-01-02/0001.csv');
    const name = 'crm/2026-11-01T06-00-00Z_2026-11-01T06-02-30Z/0001.csv';
    expect(shortName(name)).toBe('crm/2026-11-01T06-00_06-02-30Z/0001.csv');
    expect(shortName(name.replace('02-30', '02-00'))).toBe('crm/2026-11-01T06-00_06-02/0001.csv');
  });

  it('keep their beginning and end where they are long', () => {
    const shown = shortName(`${'a'.repeat(60)}🙂end.csv`);
    expect([Array.from(shown).length, shown.startsWith('aaaa'), shown.endsWith('a🙂end.csv')]).toEqual([
      44,
      true,
      true,
    ]);
  });
});

it('a window is shown by its days, or by its times', () => {
  expect(span('2026-11-01T00:00:00.000Z', '2026-11-02T00:00:00.000Z')).toBe('2026-11-01 – 2026-11-02');
  const local = (text: string) => new Date(text).toISOString();
  expect(span(local('2026-11-01T06:00:00'), local('2026-11-01T06:02:30'))).toBe(
    '2026-11-01 06:00 – 06:02:30',
  );
  expect(span(local('2026-11-01T23:30:00'), local('2026-11-02T01:30:00'))).toBe(
    '2026-11-01 23:30 – 2026-11-02 01:30',
  );
});
