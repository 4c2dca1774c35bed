import { expect, test } from 'vitest';
import { lookupTable, pattern } from '../../../model/enrich/texts.ts';
import type { Ref } from '../../../model/language/refs.ts';
import { codesOf, run, vectorOf } from '../support.ts';

const input: Ref<'text'> = { type: 'text' };
const text = { type: 'text' } as const;
const values = ['A-17', 'B-2', null, 'none', 'A-17', 'Ж-99', ''];

/** The same texts in both forms that the kernel gives. */
const forms = [vectorOf(text, values), codesOf(values)];

test.each(forms)('a pattern gives its first group, or what is asked for ($kind)', (vector) => {
  expect(run(pattern(input, /(\p{L})-(\d+)/u), [[text, vector]])).toEqual([
    'A',
    'B',
    null,
    null,
    'A',
    'Ж',
    null,
  ]);
  expect(run(pattern(input, /\d+/g), [[text, vector]])).toEqual(['17', '2', null, null, '17', '99', null]);
  expect(run(pattern(input, /-(?<number>\d)/, { group: 'number' }), [[text, vector]])).toEqual([
    ...['1', '2', null, null, '1', '9', null],
  ]);
});

test.each(forms)('a look-up gives what the table says, else null or otherwise ($kind)', (vector) => {
  const table = { 'A-17': 'first', none: 'nothing' };
  expect(run(lookupTable(input, table), [[text, vector]])).toEqual([
    ...['first', null, null, 'nothing', 'first', null, null],
  ]);
  expect(
    run(lookupTable(input, new Map(Object.entries(table)), { otherwise: '?' }), [[text, vector]]),
  ).toEqual([...['first', '?', null, 'nothing', 'first', '?', '?']]);
});

test('a look-up of numbers', () => {
  const gender: Ref<'smallint'> = { type: 'smallint' };
  const logical = { type: 'smallint' } as const;
  const numbers = vectorOf(logical, [0, 2, null, 1, 7, -1]);
  expect(run(lookupTable(gender, { 0: 'unknown', 1: 'male', 2: 'female' }), [[logical, numbers]])).toEqual([
    ...['unknown', 'female', null, 'male', null, null],
  ]);
});
