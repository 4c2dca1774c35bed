import { expect, it } from 'vitest';
import { addressOf, routeOf } from '../../../dashboard/src/route.ts';

it.each([
  ['/', '/', {}],
  ['/files', '/files', {}],
  ['/files/', '/files', {}],
  ['/files/12?x=1', '/files/:id', { id: '12' }],
  ['/files/a%2Fb', '/files/:id', { id: 'a/b' }],
  ['/files/1/2', null, {}],
  ['/nowhere', null, {}],
  ['/files/%E0%A4%A', null, {}],
])('%s names %s', (address, path, params) => {
  expect(routeOf(new URL(address, 'http://local'))).toMatchObject({ path, params });
});

it('an address has only what says something', () => {
  expect(addressOf('/files', { q: '', state: undefined })).toBe('/files');
  expect(addressOf('/files', { q: 'a b&c', state: 'done' })).toBe('/files?q=a+b%26c&state=done');
});
