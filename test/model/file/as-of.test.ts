import { expect, test } from 'vitest';
import { asOfFault, asOfName } from '../../../model/file/as-of.ts';

const pattern = 'customers_{date}.csv';

test.each([
  ['customers_2026-01-31.csv', '2026-01-31T00:00:00Z'],
  ['customers_20260131.csv', '2026-01-31T00:00:00Z'],
  ['customers_2026-01-31T1530.csv', '2026-01-31T15:30:00Z'],
  ['customers_20260131T153045Z.csv', '2026-01-31T15:30:45Z'],
  ['customers_20260131_1530.csv', '2026-01-31T15:30:00Z'],
  ['customers_2026-01-31 15-30-45.csv', '2026-01-31T15:30:45Z'],
  ['customers_2026-01-31-15:30.csv', '2026-01-31T15:30:00Z'],
  ['customers_2024-02-29.csv.gz', '2024-02-29T00:00:00Z'],
  ['exports/eu/customers_2026-01-31.csv', '2026-01-31T00:00:00Z'],
])('%s is of %s', (name, instant) => {
  expect(asOfName(pattern, name)).toBe(instant);
});

test.each([
  ...['customers.csv', 'customers_2026-01.csv', 'customers_2026-02-30.csv', 'customers_2026-13-01.csv'],
  ...['customers_2026-01-31T24-00.csv', 'customers_2026-01-31T15-3045.csv', 'customers_2026-0131.csv'],
  ...['Customers_2026-01-31.csv', 'old_customers_2026-01-31.csv', 'customers_2026-01-31.csv.bak'],
  ...['customers_2026-01-31xcsv', 'customers_2026-01-31_final.csv'],
])('%s has no instant', (name) => {
  expect(asOfName(pattern, name)).toBeNull();
});

test('a star stands for any characters of one folder, and a time is read before it', () => {
  expect(asOfName('*_{date}*.csv', 'eu_20260131_1530_full.csv')).toBe('2026-01-31T15:30:00Z');
  expect(asOfName('{date}_*.csv', '20260131_1530.csv')).toBe('2026-01-31T00:00:00Z');
  expect(asOfName('{date}/*.csv', 'in/2026-01-31/eu.csv')).toBe('2026-01-31T00:00:00Z');
  expect(asOfName('{date}/*.csv', '2026-01-31/eu/all.csv')).toBeNull();
  expect(asOfName('{date}*', '2026-01-31(2)[x].csv')).toBe('2026-01-31T00:00:00Z');
});

test('what stands beside the instant is taken literally', () => {
  expect(asOfName('a.b+({date})', 'a.b+(2026-01-31)')).toBe('2026-01-31T00:00:00Z');
  expect(asOfName('a.b+({date})', 'axbb(2026-01-31)')).toBeNull();
});

test('a pattern has {date} once', () => {
  expect(asOfFault(pattern)).toBeNull();
  expect(asOfFault('customers.csv')).toBe('the pattern customers.csv has no {date}');
  expect(asOfFault('{date}_{date}.csv')).toBe('the pattern {date}_{date}.csv has more than one {date}');
  expect(asOfFault('{hour}_{date}.csv')).toBe('there is no {hour} in a pattern of names');
  expect(asOfFault('{date')).toBe('there is no {date in a pattern of names');
});
