/** Which column a field belongs to: compared with the rules, written down slowly, on small alphabets. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HeaderOwners } from '../../../model/file/header-owners.ts';
import { exactHeader, normaliseHeader } from '../../../model/file/header-text.ts';
import { matchHeader } from '../../../model/file/match-header.ts';
import { text } from '../../../model/index.ts';
import { plays } from '../../support/long.ts';
import { compileLoose } from '../support.ts';

const datasetOf = (aliases: Record<string, string[]>) =>
  compileLoose({
    name: 'd',
    columns: Object.fromEntries(
      Object.entries(aliases).map(([name, some]) => [name, text({ aliases: some })]),
    ),
    star: 'none',
  });

const match = (aliases: Record<string, string[]>, fields: string[]) =>
  matchHeader(datasetOf(aliases), fields, fields.length);

describe('an exact alias', () => {
  test('comes before the normal form that other columns have too', () => {
    const aliases = {
      c_sharp: ['C#'],
      c_plus_plus: ['C++'],
      c: [],
      net: [],
      net_eur: ['net (€)'],
      net_2: ['Net'],
    };
    expect(match(aliases, ['C#', 'C++', 'C', 'Net', 'net', 'net (€)'])).toEqual([0, 1, 2, 4, 5, 3]);
  });

  test('is compared without BOM, spaces around it and Unicode composition', () => {
    expect(match({ a: ['Prénom!'], b: ['Prénom?'] }, ['\uFEFF  Pre\u0301nom? ', 'Pre\u0301nom!'])).toEqual([
      1, 0,
    ]);
  });

  test('keeps out fields that only look like it, but not the name itself', () => {
    expect(match({ c: ['C'] }, ['C++', 'C'])).toEqual([1]);
    expect(() => match({ customer: ['Kunde'] }, ['customer', 'Kunde'])).toThrow(
      /fits "customer" and "Kunde"/,
    );
  });

  test('may be written in another form where one column has it', () => {
    expect(match({ total: ['Total (EUR)'] }, ['TOTAL EUR'])).toEqual([0]);
  });
});

describe('equal headers', () => {
  test('belong to their columns in order', () => {
    expect(match({ a: [], b: [], a_2: ['a'] }, ['a', 'b', 'a'])).toEqual([0, 1, 2]);
    expect(match({ price: ['Price'], price_2: ['Price'] }, ['Price', 'x', 'Price'])).toEqual([0, 2]);
  });

  test('that are one too many or too few are not guessed', () => {
    expect(() => match({ a: [], a_2: ['a'] }, ['a', 'a', 'a'])).toThrow(/column a_2 fits "a" and "a"/);
    expect(() => match({ a: [], a_2: ['a'] }, ['a'])).toThrow(/no field for column a_2 \(also: a\)/);
    expect(() => match({ a: [] }, ['a', 'a'])).toThrow(/column a fits "a" and "a"/);
  });

  test('may be blank, and blank is not the same as punctuation', () => {
    expect(match({ id: [], column_2: [''], column_3: [''] }, ['id', '', ' '])).toEqual([0, 1, 2]);
    expect(match({ id: [], column_2: [''] }, ['id', '', ''])).toEqual([0, 1]);
    expect(match({ id: [], column_2: ['?'], column_3: [''] }, ['', 'id', '?'])).toEqual([1, 2, 0]);
    expect(() => match({ id: [], column_2: [''] }, ['id', '?'])).toThrow(/column_2 \(also: a blank header\)/);
  });
});

test('a normal form that several columns have by their aliases alone belongs to none of them', () => {
  expect(() => match({ c_sharp: ['C#'], c_plus_plus: ['C++'] }, ['c', 'C++'])).toThrow(
    /no field for column c_sharp/,
  );
  // A name goes before an alias.
  expect(match({ customer: ['Client'], client: [] }, ['Client', 'CLIENT'])).toEqual([0, 1]);
});

/** The rules, field by field. */
function slowFields(columns: { name: string; aliases: string[] }[], fields: string[]): number[][] {
  const exactOwners = (field: string) =>
    columns.flatMap((c, i) =>
      [c.name, ...c.aliases].map(exactHeader).includes(exactHeader(field)) ? [i] : [],
    );
  const ownerOf = (field: string, f: number): [number, 'alias' | 'name' | 'normal'] | null => {
    const exact = exactOwners(field);
    if (exact.length > 0) {
      const nth = fields.slice(0, f).filter((other) => exactHeader(other) === exactHeader(field)).length;
      if (exactHeader(field) === '' && nth >= exact.length) return null;
      const owner = exact[nth] ?? exact[exact.length - 1];
      return [owner, columns[owner].aliases.map(exactHeader).includes(exactHeader(field)) ? 'alias' : 'name'];
    }
    const normal = normaliseHeader(field);
    if (normal === '') return null;
    const named = columns.flatMap((c, i) => (normaliseHeader(c.name) === normal ? [i] : []));
    const known = columns.flatMap((c, i) => (c.aliases.map(normaliseHeader).includes(normal) ? [i] : []));
    const owners = named.length > 0 ? named : known;
    return owners.length === 1 ? [owners[0], 'normal'] : null;
  };
  const owned = fields.map(ownerOf);
  return columns.map((_, c) => {
    const mine = owned.flatMap((owner, f) => (owner?.[0] === c ? [{ f, how: owner[1] }] : []));
    const exact = mine.some(({ how }) => how === 'alias');
    return mine.filter(({ how }) => !exact || how !== 'normal').map(({ f }) => f);
  });
}

test('every field belongs to the column that the rules name', () => {
  const texts = fc.constantFrom('a', 'A', 'a!', ' a', '', '?', 'b', 'b#', 'B', 'a b', 'a_b', 'e\u0301', 'é');
  const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'a_b', '_a', 'c', 'a_'), { minLength: 1 });
  fc.assert(
    fc.property(
      names,
      fc.array(fc.array(texts, { maxLength: 3 })),
      fc.array(texts),
      (some, aliases, fields) => {
        const columns = some.map((name, i) => ({ name, aliases: aliases[i] ?? [] }));
        const compiled = datasetOf(Object.fromEntries(columns.map((c) => [c.name, c.aliases]))).columns;
        expect(new HeaderOwners(compiled).fieldsOf(fields)).toEqual(slowFields(columns, fields));
      },
    ),
    { numRuns: plays(670, 10_000) },
  );
});
