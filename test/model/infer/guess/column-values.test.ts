/** Shapes of texts, against the obvious way to find them. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { digitRuns, headerWords, saysTime, shapesOf } from '../../../../model/infer/guess/column-values.ts';

const slowShape = (text: string) => text.replace(/\d/g, '9').replace(/[\p{L}\p{M}]+/gu, 'a');

const text = fc
  .array(fc.constantFrom('1', '27', '.', '-', ' ', 'a', 'Mär', 'мая', '/', '€', '9', ':'))
  .map((t) => t.join(''));

it('are those of the obvious way, and group all texts', () => {
  fc.assert(
    fc.property(fc.uniqueArray(text, { maxLength: 40 }), (texts) => {
      const groups = shapesOf(new Map(texts.map((one, i) => [one, i + 1])));
      expect(groups.flatMap((group) => group.texts).sort()).toEqual([...texts].sort());
      for (const { shape, texts: some, rows, words } of groups) {
        expect(rows).toBe(some.reduce((sum, one) => sum + texts.indexOf(one) + 1, 0));
        for (const one of some) {
          const found = one.match(/[\p{L}\p{M}]+/gu) ?? [];
          const none = !/\d/.test(one) || one.length > 80 || found.length > 8;
          expect([one, shape]).toEqual([one, none ? '' : slowShape(one)]);
          for (const [w, word] of none ? [] : found.entries()) expect(words[w]).toContain(word);
        }
      }
    }),
  );
});

it('are told apart though their hashes are equal', () => {
  const texts = ['1#:+~:...', '1:~_.#...', '2#:+~:...'];
  const shapes = shapesOf(new Map(texts.map((one) => [one, 1]))).map(({ shape }) => shape);
  expect(shapes).toEqual(['9#:+~:...', '9:~_.#...']);
});

it('of texts that differ in many ways are not all kept', () => {
  const texts = Array.from({ length: 5000 }, (_, i) =>
    `1${'-'.repeat(i % 60)}${'1'.repeat(i / 60)}`.slice(0, 80),
  );
  const groups = shapesOf(new Map(texts.map((one) => [one, 1])));
  expect(groups.length).toBeLessThanOrEqual(1501);
  expect(groups.flatMap((group) => group.texts)).toHaveLength(new Set(texts).size);
});

it('have runs of digits', () => {
  const runs = new Int32Array(3);
  expect(digitRuns('2024-01-13 10:15', runs)).toBe(3);
  expect([...runs]).toEqual([2024, 1, 13]);
  expect(digitRuns('a12345678901b', runs)).toBe(1);
  expect(runs[0]).toBe(123456789);
});

it('have headers', () => {
  expect(headerWords('createdAt_UTC (ms)')).toBe('created at utc ms');
  for (const header of ['createdAt', 'order_date', 'ts', 'Datum', 'updated', 'DOB'])
    expect(saysTime(header)).toBe(true);
  for (const header of ['id', 'status', 'attribute', 'tsunami']) expect(saysTime(header)).toBe(false);
});
