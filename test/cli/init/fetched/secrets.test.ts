import { expect, it } from 'vitest';
import { keepAddress, keepHeader, keepParameters } from '../../../../cli/init/fetched/secrets.ts';

const env = { CRM_URL: 'postgres://me:pw@db/crm', SHOP_TOKEN: 't0ken' };

it.each([
  ['{env:CRM_URL}', { env: 'CRM_URL' }, {}],
  ['postgres://me:{env:PW}@db/crm', 'postgres://me:{env:PW}@db/crm', {}],
  ['postgres://me:pw@db/crm', { env: 'CRM_URL' }, {}],
  ['postgres://me:other@db/crm', { env: 'BIG_SHOP_URL' }, { BIG_SHOP_URL: 'postgres://me:other@db/crm' }],
])('the address %s is left to the environment', (address, value, moved) => {
  expect(keepAddress(address, 'big-shop', env)).toEqual({ value, moved });
});

it.each([
  ['http://a/b?page=1&q=x', 'http://a/b?page=1&q=x', {}],
  [
    'http://a/b?api_key=k%3Dy&page=1',
    'http://a/b?api_key={env:SHOP_API_KEY}&page=1',
    { SHOP_API_KEY: 'k=y' },
  ],
  ['http://a/b?x=1&token=t0ken', 'http://a/b?x=1&token={env:SHOP_TOKEN}', {}],
  ['http://a/b?token={env:MINE}', 'http://a/b?token={env:MINE}', {}],
  ['http://a/b?monkey=1&keyboard=2', 'http://a/b?monkey=1&keyboard=2', {}],
])('parameters of %s that are secrets by their names are too', (address, value, moved) => {
  expect(keepParameters(address, 'shop', env)).toEqual({ value, moved });
});

it.each([
  ['accept-language', 'de', 'de', {}],
  ['authorization', 'Bearer abc', 'Bearer {env:SALES_TOKEN}', { SALES_TOKEN: 'abc' }],
  ['authorization', 'Bearer t0ken', 'Bearer {env:SHOP_TOKEN}', {}],
  ['x-api-key', 'abc', '{env:SALES_X_API_KEY}', { SALES_X_API_KEY: 'abc' }],
  ['authorization', '{env:MINE}', '{env:MINE}', {}],
])('and the header %s: %s', (name, text, value, moved) => {
  expect(keepHeader(name, text, 'sales', env)).toEqual({ value, moved });
});
