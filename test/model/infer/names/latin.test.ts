import fc from 'fast-check';
import { expect, test } from 'vitest';
import { latin } from '../../../../model/infer/names/latin.ts';

test('any text becomes ASCII, and ASCII stays as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect([...latin(text)].filter((character) => character > '\u007f')).toEqual([]);
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
      expect(latin(text)).toBe(text);
    }),
  );
});

test('capitals stay capitals', () => {
  expect(latin('ЩИ Щи щи')).toBe('SHCHI Shchi shchi');
  expect(latin('Æon ÆON')).toBe('Aeon AEON');
});

test('every letter of Russian and Greek has a counterpart, with and without accents', () => {
  for (const letter of 'абвгдеёжзийклмнопрстуфхцчшщыэюя') expect(latin(letter)).toMatch(/^[a-z]+$/);
  for (const letter of 'αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊΐ')
    expect(latin(`αα${letter}`)).toMatch(/^[a-z]{3,}$/);
});
