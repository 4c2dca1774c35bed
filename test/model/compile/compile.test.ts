import { describe, expect, test } from 'vitest';
import { compileDataset } from '../../../model/compile/compile.ts';
import {
  boolean,
  compute,
  date,
  dateDimension,
  defineDataset,
  distance,
  float8,
  hour,
  integer,
  lookup,
  lookupTable,
  month,
  numeric,
  point,
  type Ref,
  text,
  timestamp,
  unique,
  year,
} from '../../../model/index.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { compileLoose } from '../support.ts';

const plain = { name: 'plain', columns: { region: text(), people: integer() }, star: { fact: 'fact_plain' } };

/** Message of the LF_DEFINITION that compiling throws. */
function mistakesOf(source: object): string {
  try {
    compileLoose(source);
  } catch (error) {
    if (error instanceof LandfallError && error.code === 'LF_DEFINITION') return error.message;
    throw error;
  }
  return '';
}

describe('what it makes', () => {
  const dataset = compileDataset(
    defineDataset({
      name: 'trips',
      nulls: ['', 'NULL'],
      columns: {
        region: text({ required: true }),
        place: point(),
        at: timestamp({ required: true, zone: 'Europe/Berlin' }),
        note: text({ nulls: [] }),
        kind: integer({ nulls: ['-'] }),
        price: numeric(9, 2),
      },
      enrich: (c) => {
        const far = distance(c.place, { lon: c.kind, lat: c.kind });
        return {
          month: month(c.at),
          near: compute('boolean', [far], (km) => km < 1),
          word: lookupTable(c.kind, { 1: 'one' }),
        };
      },
      lake: { partitionBy: ['month', 'region'] },
      star: {
        fact: 'fact_trip',
        dimensions: {
          word_key: lookup('dim_word', { word: 'word' }),
          date_key: dateDimension('dim_date', 'at'),
        },
        columns: ['price', 'place', 'near', 'month'],
        indexes: [{ columns: ['word_key', 'date_key'] }],
      },
    }),
  );

  test('text is held in a dictionary where its distinct values matter', () => {
    expect(dataset.columns.map(({ type }) => type.kind)).toEqual([
      ...['dictionary', 'point', 'timestamp', 'utf8', 'int32', 'decimal'],
    ]);
  });

  test('null tokens are the dataset’s and the column’s, but for texts that list their own', () => {
    expect(dataset.columns.map(({ nulls }) => nulls)).toEqual([
      ...[['', 'NULL'], ['', 'NULL'], ['', 'NULL'], [], ['', 'NULL', '-'], ['', 'NULL']],
    ]);
  });

  test('enrichments come after what they read; what is not returned has an inner name', () => {
    expect(dataset.enrichments.map(({ name, inputs }) => [name, inputs])).toEqual([
      ['place_lon', ['place']],
      ['place_lat', ['place']],
      ['month', ['at']],
      ['#1', ['place', 'kind', 'kind']],
      ['near', ['#1']],
      ['word', ['kind']],
    ]);
  });

  test('the lake has every column but the partitions, points as their halves in their place', () => {
    expect(dataset.lake.partitionBy).toEqual([
      { name: 'month', vector: 'month', pad: 2 },
      { name: 'region', vector: 'region', pad: 0 },
    ]);
    expect(dataset.lake.columns.map(({ name }) => name)).toEqual([
      ...['place_lon', 'place_lat', 'at', 'note', 'kind', 'price', 'near', 'word'],
    ]);
  });

  test('the fact has keys, values and the chunk; not null where no row can lack a value', () => {
    expect(
      dataset.star!.columns.map((column) => [column.name, column.kind === 'value' && column.notNull]),
    ).toEqual([
      ['word_key', false],
      ['date_key', false],
      ['price', false],
      ['place_lon', false],
      ['place_lat', false],
      ['near', false],
      ['month', true],
      ['chunk_id', false],
    ]);
    expect(dataset.star!.dimensions.map(({ key }) => key)).toEqual(['word_key', 'date_key']);
    expect(dataset.star!.indexes).toEqual([
      { columns: ['chunk_id'], method: 'brin' },
      { columns: ['word_key', 'date_key'], method: 'btree' },
    ]);
  });

  test('a dataset with the lake alone has no star', () => {
    const dataset = compileLoose({ ...plain, star: 'none' });
    expect(dataset.star).toBeNull();
    expect(dataset.lake.columns.map(({ name }) => name)).toEqual(['region', 'people']);
    expect(dataset.version).not.toBe(compileLoose(plain).version);
  });

  test('without a list, the fact has what no look-up dimension has taken', () => {
    const { star } = compileLoose({
      ...plain,
      star: { fact: 'fact_plain', dimensions: { region_key: lookup('dim_region', { name: 'region' }) } },
    });
    expect(star!.columns.map(({ name }) => name)).toEqual(['region_key', 'people', 'chunk_id']);
  });

  test('parameters of queries are numbered and typed, but not in texts, comments, casts and quotes', () => {
    const { queries } = compileLoose({
      ...plain,
      queries: {
        one: {
          description: '',
          sql: `-- :a is here
            select ':a', ":a", x::text, $$ :a $$ /* :b */ from t where b = :b and a = :a and b2 = :b;`,
          parameters: { a: { type: 'date' }, b: { type: 'integer', default: 3 } },
        },
      },
    });
    expect(queries[0].sql).toContain(`where b = $2::integer and a = $1::date and b2 = $2::integer`);
    expect(queries[0].sql).toContain(`select ':a', ":a", x::text, $$ :a $$ /* :b */ from`);
    expect(queries[0].parameters).toEqual([
      { name: 'a', type: 'date' },
      { name: 'b', type: 'integer', default: 3 },
    ]);
  });
});

describe('more columns than PostgreSQL has', () => {
  const names = Array.from({ length: 1600 }, (_, i) => `c${i}`);
  const columns = Object.fromEntries(names.map((name) => [name, text()]));
  const wide = (star: object) => mistakesOf({ name: 'wide', columns, star: { fact: 'fact_wide', ...star } });
  const key = (count: number) => Object.fromEntries(names.slice(0, count).map((name) => [name, name]));

  test('are named, with what allows more', () => {
    expect(wide({})).toContain(
      'star.columns: the fact table fact_wide would have 1601 columns; PostgreSQL allows 1600',
    );
    expect(wide({ columns: names.slice(0, 1599) })).toBe('');
    const columns = ['c0'];
    const a_key = (count: number, options = {}) => ({ a_key: lookup('dim_a', key(count), {}, options) });
    expect(wide({ columns, dimensions: a_key(33) })).toContain(
      'star.dimensions.a_key: the natural key of dim_a would have 33 columns; PostgreSQL allows 32',
    );
    expect(wide({ columns, dimensions: a_key(32) })).toBe('');
    expect(wide({ columns, dimensions: a_key(33, { keys: 'hashed' }) })).toBe('');
    expect(wide({ columns, dimensions: a_key(1600, { keys: 'hashed' }) })).toContain(
      'star.dimensions.a_key: the table dim_a would have 1601 columns',
    );
    const listed = names.slice(0, 33);
    expect(wide({ columns: listed, indexes: [{ columns: listed }] })).toContain(
      'star.indexes[0]: the index would have 33 columns; PostgreSQL allows 32',
    );
  });
});

describe('the limit of rejects', () => {
  const count = Number.MAX_SAFE_INTEGER;
  test.each([
    [undefined, { share: 0.01, atLeast: 10, count }],
    [{ share: 0.2 }, { share: 0.2, atLeast: 10, count }],
    [{ share: 0 }, { share: 0, atLeast: 0, count }],
    [
      { share: 0, atLeast: 3 },
      { share: 0, atLeast: 3, count },
    ],
    [{ atLeast: 0 }, { share: 0.01, atLeast: 0, count }],
    [{ count: 5 }, { share: 0.01, atLeast: 10, count: 5 }],
  ])('%j is %j', (rejects, expected) => {
    expect(compileLoose({ ...plain, rejects }).rejectLimit).toEqual(expected);
  });
});

describe('mistakes', () => {
  test('are named all at once, each with its place and what to write instead', () => {
    const message = mistakesOf({
      name: 'bad',
      dialect: { delimiter: '\n', quote: '\n' },
      columns: {
        Region: text(),
        at: timestamp({ zone: 'Europe/Berlim', ambiguous: 'maybe' as never, formats: ['YYYY-MM-dd'] }),
        other: text(),
        price: numeric(39, 2),
        age: integer({ min: 5, max: 1 }),
        born: date({ formats: ['dd.MM.yyyy HH:mm'] }),
      },
      enrich: (c: Record<string, never>) => ({ price: year(c.at), hour: hour(c.other), no: 3 }),
      lake: { partitionBy: ['yeer', 'price'] },
      star: {
        fact: 'Fact',
        dimensions: {
          a_key: lookup('dim_a', { name: 'nothing' }),
          b_key: dateDimension('dim_date', 'other'),
        },
        columns: ['at', 'at'],
        indexes: [{ columns: ['c_key'] }],
      },
      rejects: { share: 2, atLeast: 5, count: 4 },
      marts: { dim_a: { kind: 'view', sql: ' ', uniqueKey: [] } },
      queries: { q: { description: '', sql: 'select :a', parameters: { b: { type: 'text' } } } },
    });
    for (const part of [
      '\n  dialect',
      'columns.Region: "Region" is not a plain SQL name',
      'columns.at.zone: there is no time zone Europe/Berlim. Use an IANA name. Did you mean Europe/Berlin?',
      'columns.at.ambiguous: there is no maybe. Say earlier, later or reject',
      'columns.at.formats "YYYY-MM-dd": it has unknown letters: Y',
      'columns.at.formats "YYYY-MM-dd": it must have one year',
      'columns.price: numeric has 1 to 38 digits, not 39',
      'columns.age: min is above max',
      'columns.born.formats "dd.MM.yyyy HH:mm": a date has no time of day',
      'enrich.price: there already is a column price',
      'enrich.hour: it takes timestamp or time, not text',
      'enrich.no: it is not an enrichment',
      'lake.partitionBy[0]: there is no column or enrichment yeer',
      'lake.partitionBy[1]: price is a numeric',
      'star.fact: "Fact" is not a plain SQL name',
      'star.dimensions.a_key (name): there is no column or enrichment nothing',
      'star.dimensions.b_key: other is a text',
      'star.columns: at is listed twice',
      'star.indexes[0]: c_key is not a column of the fact table. Did you mean a_key?\n',
      'rejects.share: 2 is not a share',
      'rejects.atLeast: 5 is more than the count, 4',
      'marts.dim_a: the star already has a table of that name',
      'marts.dim_a: there is no SQL',
      'queries.q: its SQL uses :a, which is not a parameter',
      'queries.q: its SQL does not use :b',
    ]) {
      expect(message).toContain(part);
    }
  });

  test.each([
    ['no name', { ...plain, name: 'Trips 1' }, 'name: "Trips 1" is not a name'],
    ['no columns', { ...plain, columns: {} }, 'columns: there are none'],
    ['not a column', { ...plain, columns: { a: 3 } }, 'columns.a: it is not a column'],
    ['no fact', { ...plain, star: {} }, 'star.fact: the fact table has no name'],
    ['no star', { ...plain, star: undefined }, "star: 'none' for a dataset with the lake alone"],
    ...(['marts', 'checks', 'queries'] as const).map((part): [string, object, string] => [
      `${part} without a star`,
      { ...plain, star: 'none', [part]: { one: part === 'checks' ? 'select 1' : { sql: 'select 1' } } },
      `${part}: ${part} are SQL over the star, but the dataset has none. Remove the ${part}, or give the dataset a star`,
    ]),
    [
      'a key that is unique in the star, without a star',
      { ...plain, star: 'none', rules: (c: { region: Ref<'text'> }) => ({ once: unique([c.region]) }) },
      "rules.once: its scope is 'star', but the dataset has none. Say { scope: 'file' }",
    ],
    ['the ledger’s schema', { ...plain, star: { fact: 'f', schema: 'landfall' } }, 'landfall is the ledger'],
    [
      'a column that is not there, in JavaScript',
      { ...plain, enrich: (c: Record<string, never>) => ({ y: year(c.when) }) },
      'enrich: there is no column when (columns: region, people)',
    ],
    [
      'roles that do not agree on their table',
      {
        ...plain,
        star: {
          fact: 'f',
          dimensions: { a: lookup('dim_x', { x: 'region' }), b: lookup('dim_x', { x: 'people' }) },
        },
      },
      'star.dimensions (dim_x): two roles give the table different columns, types, keys or attributes',
    ],
    [
      'roles that do not agree on how keys are made',
      {
        ...plain,
        star: {
          fact: 'f',
          dimensions: {
            a: lookup('dim_x', { x: 'region' }),
            b: lookup('dim_x', { x: 'region' }, {}, { keys: 'hashed' }),
          },
        },
      },
      'star.dimensions (dim_x): two roles give the table different columns, types, keys or attributes',
    ],
    [
      'keys of a kind that there is not',
      {
        ...plain,
        star: {
          fact: 'f',
          dimensions: { a: lookup('dim_x', { x: 'region' }, {}, { keys: 'random' as 'hashed' }) },
        },
      },
      "star.dimensions.a (keys): there is no random. Say 'generated' or 'hashed'",
    ],
    [
      'every column in the path',
      { ...plain, lake: { partitionBy: ['region', 'people'] } },
      'lake: no column is left for the parts',
    ],
  ])('%s', (_, source, message) => {
    expect(mistakesOf(source)).toContain(message);
  });

  test.each([
    ['yyyy-MM-dd HH:mm:mm', 'it has more than one minute'],
    ['d MMM MMMM yyyy', 'it must have one month'],
    ['yyyy-MM-dd h:mm', 'h and a must be used together'],
    ['yyyy-MM-dd HH:mm a', 'h and a must be used together'],
    ['uuuu-MM-dd G', 'uuuu is signed and cannot be combined with G'],
    ['yyyy-MM-dd HH:mm:ss.S SS', 'it has more than one fraction of a second'],
  ])('the format %s', (format, message) => {
    expect(mistakesOf({ ...plain, columns: { at: timestamp({ formats: [format] }) } })).toContain(message);
  });

  test.each([
    ['yes without no', boolean({ true: ['ja'] }), 'it has words for only one of true and false'],
    ['a word for both', boolean({ true: ['J', 'x'], false: ['j'] }), 'j means both true and false'],
    ['a policy', float8({ nonFinite: 'drop' as never }), 'there is no drop. Say reject, null or keep'],
    ['another', timestamp({ leapSecond: 'smear' as never }), 'there is no smear. Say reject or clamp'],
  ])('%s', (_, column, message) => {
    expect(mistakesOf({ ...plain, columns: { a: column } })).toContain(message);
  });

  test('what defineDataset did not return is refused', () => {
    expect(() => compileDataset({ name: 'x' } as never)).toThrow(/not what defineDataset returned/);
  });

  test('half of a pair of degrees is refused', () => {
    const source = { ...plain, columns: { ...plain.columns, x: float8() } };
    const enrich = (c: Record<string, never>) => ({
      far: distance({ lon: c.x, lat: c.region }, c.x as never),
    });
    expect(mistakesOf({ ...source, enrich })).toContain(
      'enrich.far: it takes points, or lon and lat as numbers',
    );
  });
});

describe('a header of several records', () => {
  test.each([
    [{ headerRows: 0 }, 'dialect.headerRows: 0 is not a number of records'],
    [{ headerRows: 21 }, 'dialect.headerRows: 21 is not a number of records'],
    [
      { headerRows: 2, header: false },
      'dialect.headerRows: a header of several records cannot be looked for',
    ],
    [
      { headerRows: 2, header: 'auto' },
      'dialect.headerRows: a header of several records cannot be looked for',
    ],
    [
      { headerRows: 2, skipLines: 'auto' },
      'dialect.headerRows: a header of several records cannot be looked',
    ],
    [{ blankRows: 'drop' }, 'dialect.blankRows: there is no "drop"'],
  ])('%o', (dialect, message) => {
    expect(() => compileDataset(defineDataset({ ...plain, dialect } as never))).toThrow(message);
  });
});

describe('a bigint where none belongs', () => {
  test.each([
    [{ ...plain, name: 10n }, 'name: 10 is not a name'],
    [{ ...plain, dialect: { header: 10n } }, 'dialect.header: there is no 10'],
    [{ ...plain, dialect: { headerRows: 10n } }, 'dialect.headerRows: 10 is not a number of records'],
    [{ ...plain, drift: { unknown: 10n } }, 'drift.unknown: there is no 10'],
    [{ ...plain, drift: { missing: 10n } }, 'drift.missing: there is no 10'],
    [
      { ...plain, columns: { v: integer({ strip: [10n] } as never) } },
      'columns.v.strip: 10 is part of numbers',
    ],
    [{ ...plain, columns: { v: integer({ decimal: 10n } as never) } }, 'columns.v.decimal: there is no 10'],
    [
      { ...plain, columns: { v: date({ formats: [10n] } as never) } },
      'columns.v.formats: 10 is not a format',
    ],
    [
      { ...plain, columns: { v: date({ formats: [{ format: 'd MMM yyyy', locale: 10n }] } as never) } },
      'columns.v.formats "d MMM yyyy": there is no locale 10',
    ],
    [
      { ...plain, rules: (c: { people: never }) => ({ once: unique([c.people], { scope: 10n } as never) }) },
      'rules.once: there is no scope 10',
    ],
    [{ ...plain, rejects: { share: 10n } }, 'rejects.share: 10 is not a share'],
    [{ ...plain, versions: 10n }, 'versions: there is no 10'],
  ])('is named: %#', (source, message) => {
    expect(mistakesOf(source)).toContain(message);
  });
});
