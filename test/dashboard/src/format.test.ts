import { expect, it } from 'vitest';
import { compact, count, duration, moment, percent, remaining, size } from '../../../dashboard/src/format.ts';
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
