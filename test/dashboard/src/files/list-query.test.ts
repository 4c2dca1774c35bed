import { expect, it } from 'vitest';
import { isListed, listAddress, listQueryOf, requestOf } from '../../../../dashboard/src/files/list-query.ts';
import { fileOf } from '../../scripted.ts';

const query = (text: string) => listQueryOf(new URLSearchParams(text));

it('an address of the list comes back as it was, and says nothing that is usual', () => {
  const text =
    'dataset=trips&state=failed%2Cundone&q=may&from=2026-11-01&to=2026-11-30&rejected=true&sort=name';
  expect(listAddress(query(text))).toBe(`/files?${text}`);
  expect(listAddress(query('sort=-landed'))).toBe('/files');
  expect(listAddress(query('sort=colour'))).toBe('/files');
  expect(listAddress(query('q=a'), { state: 'done' })).toBe('/files?state=done&q=a');
});

it('days are those of the reader, the last one included', () => {
  const asked = new URL(requestOf(query('from=2026-11-01&to=2026-11-30'), 'c1'), 'http://local').searchParams;
  expect(asked.get('from')).toBe(new Date(2026, 10, 1).toISOString());
  expect(asked.get('to')).toBe(new Date(2026, 11, 1).toISOString());
  expect(asked.get('cursor')).toBe('c1');
  expect(new URL(requestOf(query('from=soon'), null), 'http://local').searchParams.has('from')).toBe(false);
});

it.each([
  ['', true],
  ['dataset=trips', true],
  ['dataset=orders', false],
  ['state=done,failed', true],
  ['state=failed', false],
  ['q=MAY', true],
  ['q=june', false],
  ['rejected=true', false],
  ['from=2018-05-01', true],
  ['to=2018-04-30', false],
])('a file that lands belongs into the list of %j: %s', (text, isIn) => {
  const file = fileOf({
    fileId: 1,
    name: 'may.csv',
    state: 'done',
    landedAt: new Date(2018, 4, 1, 12).toISOString(),
  });
  expect(isListed(file, query(text))).toBe(isIn);
});
