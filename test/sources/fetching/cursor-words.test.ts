import { expect, it } from 'vitest';
import { cursorWords } from '../../../sources/fetching/cursor-words.ts';

it('says where a source stands, not how that is kept', () => {
  const table = { from: '2026-11-01 06:00:00.5+00', horizon: '730', home: '7/5.1', bound: 'transactions' };
  expect(cursorWords('postgres', table)).toBe('next from 2026-11-01 06:00:00.5');
  expect(cursorWords('postgres', { ...table, from: '4711' })).toBe('next from 4711');
  expect(cursorWords('postgres', { ...table, from: null })).toBe(null);
  expect(cursorWords('http', { url: 'x', etag: '"ab"', modified: null })).toBe('version "ab"');
  expect(cursorWords('http', { url: 'x', etag: '"ab"', modified: 'Tue, 03 Mar 2026 10:00:00 GMT' })).toBe(
    'unchanged since Tue, 03 Mar 2026 10:00:00 GMT',
  );
  expect(cursorWords('s3', null)).toBe(null);
  expect(cursorWords('http', null)).toBe(null);
});
