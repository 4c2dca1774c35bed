import { describe, expect, it } from 'vitest';
import { addressesOf, isWithin, schemeOf } from '../../../platform/storage/schemes.ts';

it.each([
  ['/srv/lake', 'folder'],
  ['file:///srv/lake/a.csv', 'folder'],
  ['lake', 'folder'],
  ['s3://bucket', 's3'],
  ['S3://bucket/prefix', 's3'],
  ['/srv/s3:/lake', 'folder'],
])('%s is in a %s', (url, scheme) => {
  expect(schemeOf(url)).toBe(scheme);
});

it.each([
  ['lake', '/site/lake'],
  ['../lake', '/lake'],
  ['file:///srv/lake', '/srv/lake'],
  ['s3://bucket/prefix/', 's3://bucket/prefix'],
  ['s3://x', null],
  ['ftp://host/x', null],
  ['', null],
])('the store that a person calls %j is %s', (text, store) => {
  expect(addressesOf(text).normalise(text, '/site')).toBe(store);
});

describe.each([
  ['/srv/lake', '/srv/failed'],
  ['s3://bucket/lake', 's3://bucket/failed'],
])('%s', (store, beside) => {
  it('has an address for each object, and a key for each address', () => {
    const url = addressesOf(store).objectUrl(store, 'a ü/b%20c.csv');
    expect(schemeOf(url)).toBe(schemeOf(store));
    expect(addressesOf(url).keyOf(store, url)).toBe('a ü/b%20c.csv');
    expect(addressesOf(url).split(url)).toEqual({ store: `${store}/a ü`, key: 'b%20c.csv' });
  });

  it('has others beside it and in it', () => {
    expect(addressesOf(store).beside(store, 'failed')).toBe(beside);
    expect(isWithin(`${store}/deep`, store)).toBe(true);
    expect(isWithin(store, store)).toBe(true);
    expect(isWithin(`${store}s`, store)).toBe(false);
    expect(isWithin(store, `${store}/deep`)).toBe(false);
  });
});

it('stores of two schemes are apart', () => {
  expect(isWithin('s3://bucket/lake', '/')).toBe(false);
});
