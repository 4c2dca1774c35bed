import fc from 'fast-check';
import { expect, it } from 'vitest';
import { markOf, pageName } from '../../../sources/prefix/page-name.ts';

it('keeps the ending of the name, and what a person knows it by', () => {
  const named = (key: string) => pageName(key, 'e').replace(/~[0-9a-f]{12}/, '~#');
  expect(named('2026/orders.json.gz')).toBe('2026~orders~#.json.gz');
  expect(named('2026.01.02.csv')).toBe('2026.01.02~#.csv');
  expect(named('no ending')).toBe('no ending~#');
  expect(named('.hidden/.csv')).toBe('hidden~~#.csv');
  expect(named('żółć\u0000:?*\\.csv')).toBe('żółć~~~~~~#.csv');
});

it('is the name of a file on any disk, and differs where key or ETag differ', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }),
      fc.stringMatching(/^[0-9a-f]{0,8}$/),
      (key, etag) => {
        const name = pageName(key, etag);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
        expect(name).not.toMatch(/[/\\\p{Cc}:*?"<>|]|^[.~ ]/u);
        expect(pageName(key, `${etag}0`)).not.toBe(name);
        expect(markOf(key, etag)).not.toBe(markOf(`${key}0`, etag));
      },
    ),
    { numRuns: 50 },
  );
});
