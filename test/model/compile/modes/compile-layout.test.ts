import { describe, expect, it } from 'vitest';
import { compileDataset } from '../../../../model/compile/compile.ts';
import {
  append,
  bigint,
  count,
  defineDataset,
  float8,
  integer,
  interval,
  json,
  lookup,
  numeric,
  rollup,
  sql,
  text,
  timestamp,
  upsert,
} from '../../../../model/index.ts';

type Definition = Parameters<typeof compileDataset>[0]['source'];

/** `star`, `more`: members in place of those of a dataset that can be packed. */
function compile(star: Partial<Exclude<Definition['star'], 'none'>> = {}, more: Partial<Definition> = {}) {
  return compileDataset(
    defineDataset({
      name: 'plain',
      columns: {
        id: bigint({ required: true }),
        at: timestamp({ zone: 'UTC' }),
        price: numeric(18, 2),
        degrees: float8(),
        kind: text({ oneOf: ['a', 'b'] }),
        note: text({ maxLength: 20 }),
        place: text(),
        size: integer(),
        took: interval(),
      },
      star: {
        fact: 'f',
        layout: 'packed',
        dimensions: { place_key: lookup('dim_place', { name: 'place' }) },
        ...star,
      },
      ...more,
    } as never),
  );
}

describe('packed facts', () => {
  it('are what a definition says, and no part of the version of others', () => {
    expect(compile().star?.layout).toBe('packed');
    const { star, version } = compile({ layout: 'rows' });
    expect(star).not.toHaveProperty('layout');
    expect(compile({ layout: undefined }).version).toBe(version);
    expect(compile().version).not.toBe(version);
    expect(compile({}, { mode: append() }).star?.layout).toBe('packed');
  });

  it.each<[string, Parameters<typeof compile>, string]>([
    [
      'another layout',
      [{ layout: 'columns' as never }],
      "star.layout: there is no columns. Say 'rows' or 'packed'",
    ],
    [
      'a mode',
      [{}, { mode: upsert({ key: ['id'], orderBy: 'at' }) }],
      'star.layout: a packed fact cannot change, as those of upsert do',
    ],
    [
      'an index',
      [{ indexes: [{ columns: ['at'] }] }],
      'star.indexes: packed facts have no indexes of their own',
    ],
    ['json', [{}, { columns: { a: json() } as never }], 'star.layout: a is json, which is not packed'],
    [
      'long numbers',
      [{ dimensions: {} }, { columns: { a: numeric(19, 2) } as never }],
      'a is a number of more than 18 digits, which is not packed',
    ],
    [
      'a text of any length',
      [{ columns: ['place'] }],
      'star.layout: place is a text of any length, and a tuple must fit into a page. Say maxLength or oneOf for it',
    ],
    [
      'long texts',
      [{ dimensions: {} }, { columns: { a: text({ maxLength: 2000 }) } as never }],
      'a row may take 8160 bytes of the 8000 in a page',
    ],
    [
      'names of its own',
      [{ dimensions: {} }, { columns: { _base_a: integer() } as never }],
      '_base_a may be the name of a column that packing adds',
    ],
    ['an order of rows', [{ layout: 'rows', sortBy: 'at' }], 'star.sortBy: only packed facts are sorted'],
    [
      'an order by a key',
      [{ sortBy: 'place_key' }],
      'star.sortBy: place_key is not a value of the fact table',
    ],
    ['an order by doubles', [{ sortBy: 'degrees' }], 'star.sortBy: degrees is float8. Name a timestamp'],
    [
      'a measure of the class touched',
      [
        {},
        {
          marts: {
            m: rollup({
              by: ['place_key'],
              measures: { n: count(), c: sql('corr(degrees, id)', 'double precision') },
            }),
          },
        },
      ],
      'marts.m.measures.c: it is computed again from the facts of a group',
    ],
  ])('refuse %s', (_, args, message) => {
    expect(() => compile(...args)).toThrow(message);
  });
});
