import { describe, expect, test } from 'vitest';
import { compileDataset } from '../../../../model/compile/compile.ts';
import type { CompiledDataset } from '../../../../model/compiled.ts';
import {
  append,
  boolean,
  dateDimension,
  defineDataset,
  float8,
  fromName,
  history,
  integer,
  json,
  lookup,
  point,
  snapshot,
  text,
  timestamp,
  unique,
  upsert,
  year,
} from '../../../../model/index.ts';
import { LandfallError } from '../../../../platform/errors/errors.ts';
import { compileLoose } from '../../support.ts';

const columns = {
  id: text(),
  state: text(),
  tier: text(),
  email: text(),
  country: text(),
  place: point(),
  doc: json(),
  share: float8(),
  updated_at: timestamp(),
  gone: boolean(),
};

const customers = {
  name: 'customers',
  columns,
  star: { fact: 'fact_customer' },
};

function withMode(mode: unknown, more: object = {}): CompiledDataset {
  return compileLoose({ ...customers, mode, ...more });
}

/** Message of the LF_DEFINITION that compiling throws; '' where it compiles. */
function mistakesOf(mode: unknown, more: object = {}): string {
  try {
    withMode(mode, more);
  } catch (error) {
    if (error instanceof LandfallError && error.code === 'LF_DEFINITION') return error.message;
    throw error;
  }
  return '';
}

function eventColumns(dataset: CompiledDataset): unknown[] {
  return dataset
    .star!.columns.filter(({ name }) => name.startsWith('_'))
    .map((column) => column.kind === 'value' && [column.name, column.logical.type, column.notNull]);
}

const key = ['id'];
const orderBy = 'updated_at';
const asOf = fromName('customers_{date}.csv');

const plain = append();

describe('a unique rule over the star', () => {
  const compiled = (mode?: 'append') =>
    compileDataset(
      defineDataset({
        ...{ name: 'once', mode },
        columns: { order: text(), line: integer(), note: text() },
        rules: (c) => ({
          one_line: unique([c.order, c.line]),
          one_note: unique([c.note], { scope: 'file' }),
        }),
        star: { fact: 'fact_once' },
      }),
    );

  test.each([undefined, 'append' as const])('makes rows events of its key: mode %s', (mode) => {
    const dataset = compiled(mode);
    expect(dataset.mode).toMatchObject({
      ...{ kind: 'dedupe', key: ['order', 'line'], orderBy: null, keep: 'last', nullKeys: 'distinct' },
    });
    expect(dataset.star!.keyed).toMatchObject({ kind: 'dedupe', order: null, deleted: false });
    expect(eventColumns(dataset).map((column) => (column as unknown[])[0])).toEqual([
      '_key',
      '_hash',
      '_row',
    ]);
    expect(dataset.unique.map(({ name }) => name)).toEqual(['one_line', 'one_note']);
  });

  test('is one for each dataset, and takes the names of events', () => {
    const two = () =>
      compileDataset(
        defineDataset({
          name: 'twice',
          columns: { a: integer(), _b: integer() },
          rules: (c) => ({ one_a: unique([c.a]), one_b: unique([c._b]) }),
          star: { fact: 'fact_twice' },
        }),
      );
    expect(two).toThrow('rules.one_b: the star has one row for each key of one_a already. Say');
    expect(two).toThrow('columns._b: the rule one_a over the star adds columns with names that begin with _');
  });
});

describe('append', () => {
  test('is the mode of a dataset that names none, and compiles as before there were others', () => {
    const golden = (mode?: 'append' | typeof plain) =>
      compileDataset(
        defineDataset({
          ...{ name: 'golden', mode },
          columns: { order: text(), at: timestamp(), region: text(), people: integer() },
          enrich: (c) => ({ year: year(c.at) }),
          rules: (c) => ({ once: unique([c.order], { scope: 'file' }) }),
          drift: { unknown: { keep: 'extra' } },
          lake: { partitionBy: ['year'] },
          star: {
            fact: 'fact_golden',
            dimensions: {
              region_key: lookup('dim_region', { name: 'region' }),
              date_key: dateDimension('dim_date', 'at'),
            },
            indexes: [{ columns: ['order'] }],
          },
        }),
      );
    for (const mode of [undefined, 'append' as const, plain]) {
      const dataset = golden(mode);
      expect(dataset.version).toBe('6bc210ffedfb77ba');
      expect([dataset.mode, dataset.star!.keyed, eventColumns(dataset)]).toEqual([
        ...[{ kind: 'append' }, null, []],
      ]);
      expect(dataset.lake.columns.at(-1)!.name).toBe('extra');
    }
    expect(compileLoose({ name: 'plain', columns: { a: text() }, star: 'none' }).version).toBe(
      '2215e2ae18963f53',
    );
  });

  test('may have names that begin with _', () => {
    expect(mistakesOf('append', { columns: { _id: text() } })).toBe('');
  });
});

describe('what it makes', () => {
  test('dedupe by a key', () => {
    const dataset = withMode(append({ dedupe: ['id', 'country'], keep: 'first', orderBy }));
    expect(dataset.mode).toEqual({
      ...{ kind: 'dedupe', key: ['id', 'country'], keep: 'first', deleted: null, nulls: 'set' },
      orderBy: { vector: 'updated_at', logical: { type: 'timestamp', zone: 'UTC' } },
      ...{ nullKeys: 'reject', scope: [], asOf: null, maxDeleted: null, track: [], overwrite: [] },
    });
    expect(dataset.star!.keyed).toEqual({
      ...{ kind: 'dedupe', keep: 'first', nulls: 'set', order: { sqlType: 'timestamptz' } },
      ...{ deleted: false, scoped: false, tracked: false, overwrite: [], asOf: null, maxDeleted: null },
    });
  });

  test('dedupe by the row has no key and no order', () => {
    const dataset = withMode(append({ dedupe: 'row' }));
    expect(dataset.mode).toMatchObject({ kind: 'dedupe', key: [], orderBy: null, keep: 'last' });
    expect(eventColumns(dataset)).toEqual([
      ['_key', 'uuid', true],
      ['_hash', 'uuid', true],
      ['_row', 'integer', true],
    ]);
  });

  test('upsert', () => {
    const dataset = withMode(upsert({ key, orderBy, deleted: 'gone', nulls: 'keep', nullKeys: 'equal' }));
    expect(dataset.mode).toMatchObject({ kind: 'upsert', deleted: 'gone', nulls: 'keep', nullKeys: 'equal' });
    expect(dataset.star!.keyed).toMatchObject({ kind: 'upsert', deleted: true, nulls: 'keep' });
    expect(eventColumns(dataset)).toEqual([
      ['_key', 'uuid', true],
      ['_order', 'timestamp', true],
      ['_deleted', 'boolean', true],
      ['_hash', 'uuid', true],
      ['_row', 'integer', true],
    ]);
    expect(dataset.star!.columns.slice(-2).map(({ name }) => name)).toEqual(['_row', 'chunk_id']);
    expect(dataset.lake.columns.at(-1)).toEqual({
      ...{ name: '_row', vector: '_row', logical: { type: 'integer' } },
    });
  });

  test('texts are ordered by their bytes', () => {
    const dataset = withMode(upsert({ key, orderBy: 'tier' }));
    expect(dataset.star!.keyed!.order).toEqual({ sqlType: 'text collate "C"' });
  });

  test('snapshot', () => {
    const dataset = withMode(snapshot({ key, asOf, scope: ['country'], maxDeleted: 0.1 }));
    expect(dataset.mode).toMatchObject({ kind: 'snapshot', asOf, scope: ['country'], maxDeleted: 0.1 });
    expect(dataset.star!.keyed).toMatchObject({
      ...{ order: null, scoped: true, asOf: 'customers_{date}.csv', maxDeleted: 0.1 },
    });
    expect(eventColumns(dataset)).toEqual([
      ['_key', 'uuid', true],
      ['_hash', 'uuid', true],
      ['_scope', 'uuid', true],
      ['_row', 'integer', true],
    ]);
  });

  test('history shows what it overwrites through the keys of members too', () => {
    const dimensions = {
      tier_key: lookup('dim_tier', { tier: 'tier' }),
      state_key: lookup('dim_state', { state: 'state' }),
    };
    const dataset = withMode(
      history({ key, orderBy, deleted: 'gone', track: ['state', 'place'], overwrite: ['email', 'tier'] }),
      { star: { fact: 'fact_customer', dimensions } },
    );
    expect(dataset.mode).toMatchObject({ track: ['state', 'place_lon', 'place_lat'] });
    expect(dataset.star!.keyed).toMatchObject({ tracked: true, overwrite: ['email', 'tier_key'] });
    expect(eventColumns(dataset).map((column) => (column as string[])[0])).toEqual([
      ...['_key', '_order', '_deleted', '_hash', '_tracked', '_row'],
    ]);
  });

  test('every part of a mode makes the version', () => {
    const modes = [
      append(),
      append({ dedupe: 'row' }),
      append({ dedupe: ['id'] }),
      append({ dedupe: ['id'], keep: 'first' }),
      append({ dedupe: ['id'], orderBy }),
      upsert({ key, orderBy }),
      upsert({ key: ['id', 'country'], orderBy }),
      upsert({ key, orderBy, nulls: 'keep' }),
      upsert({ key, orderBy, nullKeys: 'equal' }),
      upsert({ key, orderBy, deleted: 'gone' }),
      snapshot({ key, asOf }),
      snapshot({ key, asOf: fromName('{date}.csv') }),
      snapshot({ key, asOf, scope: ['country'] }),
      snapshot({ key, asOf, maxDeleted: 0.5 }),
      history({ key, orderBy, track: ['state'] }),
      history({ key, orderBy, track: ['tier'] }),
      history({ key, orderBy, track: ['state'], overwrite: ['email'] }),
      upsert({ key, orderBy, seen: { created: 'a' } }),
      upsert({ key, orderBy, seen: { updated: 'a' } }),
      upsert({ key, orderBy, seen: { created: 'b' } }),
    ];
    expect(new Set(modes.map((mode) => withMode(mode).version)).size).toBe(modes.length);
  });

  test('a name may be that of an enrichment', () => {
    const dataset = withMode(upsert({ key: ['id', 'year'], orderBy: 'year' }), {
      enrich: (c: { updated_at: ReturnType<typeof timestamp> & { column: string } }) => ({
        year: year(c.updated_at),
      }),
    });
    expect(dataset.mode).toMatchObject({ key: ['id', 'year'], orderBy: { vector: 'year' } });
  });
});

describe('what it refuses', () => {
  const refused: [string, unknown, object, string[]][] = [
    ['an unknown word', 'merge', {}, ['mode: there is no "merge". Say \'append\'']],
    ['an object of another kind', { key: ['id'] }, {}, ['mode: there is no {']],
    ['a mode without options', { mode: 'upsert' }, {}, ['mode: there is no {']],
    [
      'no options',
      upsert({} as never),
      {},
      ['mode.key: there is no key', 'mode.orderBy: upsert requires it'],
    ],
    ['an empty key', upsert({ key: [], orderBy }), {}, ['mode.key: there is no key']],
    ['an empty list of dedupe', append({ dedupe: [] }), {}, ['mode.dedupe: there is no key']],
    [
      'a key that is a text',
      upsert({ key: 'id', orderBy } as never),
      {},
      ['mode.key: "id" is not a list of names. Say key: [\'name\']'],
    ],
    [
      'an unknown column',
      upsert({ key: ['ident'], orderBy: 'updated', deleted: 'gon' }),
      {},
      [
        'mode.key[0]: there is no column or enrichment ident',
        'mode.orderBy: there is no column or enrichment updated',
        'mode.deleted: there is no column or enrichment gon. Did you mean gone?',
      ],
    ],
    ['a column twice', upsert({ key: ['id', 'id'], orderBy }), {}, ['mode.key: id is listed twice']],
    [
      'a type that cannot be a key',
      upsert({ key: ['share'], orderBy }),
      {},
      ['mode.key[0]: share is a float8'],
    ],
    [
      'an order by json',
      upsert({ key, orderBy: 'doc' }),
      {},
      ['mode.orderBy: doc is a json, and its values have no order'],
    ],
    [
      'an order by a point',
      upsert({ key, orderBy: 'place' }),
      {},
      ['mode.orderBy: place is a point, and its values have no order. Name a smallint'],
    ],
    [
      'a text that deletes',
      upsert({ key, orderBy, deleted: 'state' }),
      {},
      ['mode.deleted: state is a text'],
    ],
    [
      'unknown words',
      upsert({ key, orderBy, nulls: 'skip', nullKeys: 'yes' } as never),
      {},
      [
        "mode.nulls: there is no \"skip\". Say 'set' or 'keep'",
        "mode.nullKeys: there is no \"yes\". Say 'reject' or 'equal'",
      ],
    ],
    [
      'options of another mode',
      upsert({ key, orderBy, track: ['state'], keep: 'first' } as never),
      {},
      ['mode.track: upsert has no such option', 'mode.keep: upsert has no such option'],
    ],
    [
      'options of dedupe without it',
      append({ keep: 'first', orderBy }),
      {},
      ['mode.keep: it is an option of dedupe', 'mode.orderBy: it is an option of dedupe'],
    ],
    [
      'null keys of a row',
      append({ dedupe: 'row', nullKeys: 'equal' }),
      {},
      ['mode.nullKeys: the key is the whole row'],
    ],
    ['no instant', snapshot({ key } as never), {}, ['mode.asOf: snapshot requires it']],
    [
      'an instant that is a text',
      snapshot({ key, asOf: 'date' } as never),
      {},
      ['mode.asOf: "date" is not a pattern'],
    ],
    [
      'a pattern without {date}',
      snapshot({ key, asOf: fromName('customers.csv') }),
      {},
      ['mode.asOf: the pattern customers.csv has no {date}'],
    ],
    [
      'a pattern with another hole',
      snapshot({ key, asOf: fromName('{day}_{date}.csv') }),
      {},
      ['mode.asOf: there is no {day}'],
    ],
    ['a share above 1', snapshot({ key, asOf, maxDeleted: 10 }), {}, ['mode.maxDeleted: 10 is not a share']],
    ['nothing tracked', history({ key, orderBy, track: [] }), {}, ['mode.track: nothing is tracked']],
    [
      'a column tracked and overwritten',
      history({ key, orderBy, track: ['state'], overwrite: ['state'] }),
      {},
      ['mode.overwrite: state is tracked too'],
    ],
    [
      'a tracked key',
      history({ key, orderBy, track: ['id', 'state'] }),
      {},
      ['mode.track: id is in the key'],
    ],
    [
      'what is not in the fact table',
      history({ key, orderBy, track: ['state'], overwrite: ['email'] }),
      { star: { fact: 'f', columns: ['id', 'tier'] } },
      [
        'mode.track: state is not a column of the fact table. List it in star.columns',
        'mode.overwrite: email is not a column of the fact table',
      ],
    ],
    [
      'half a member',
      history({ key, orderBy, track: ['state'], overwrite: ['email'] }),
      {
        star: { fact: 'f', dimensions: { who_key: lookup('dim_who', { email: 'email', state: 'state' }) } },
      },
      ['mode.overwrite: dim_who is identified by state too'],
    ],
    [
      'a dataset without a star',
      upsert({ key, orderBy }),
      { star: 'none' },
      ['mode: upsert says what the star shows, but the dataset has none'],
    ],
    [
      'names of events',
      upsert({ key, orderBy }),
      {
        columns: { ...columns, _row: integer() },
        drift: { unknown: { keep: '_extra' } },
        star: { fact: 'f', dimensions: { _key: lookup('dim_tier', { tier: 'tier' }) } },
      },
      [
        'columns._row: the mode upsert adds columns',
        'drift.unknown.keep: the mode',
        'star.dimensions._key: the mode',
      ],
    ],
    [
      'names of versions',
      history({ key, orderBy, track: ['state'] }),
      { columns: { ...columns, valid_to: timestamp() } },
      ['columns.valid_to: history adds the column valid_to'],
    ],
    [
      'a rule over the star that is not the key',
      upsert({ key, orderBy }),
      {
        rules: (c: never) => ({ once: unique([(c as { email: never }).email]) }),
      },
      ['rules.once: the mode upsert says which row of a key the star shows'],
    ],
    [
      'an index over columns of events',
      upsert({ key, orderBy }),
      { star: { fact: 'f', indexes: [{ columns: ['_key'] }] } },
      ['star.indexes[0]: _key is not a column'],
    ],
  ];
  test.each(refused)('%s', (_, mode, more, parts) => {
    const message = mistakesOf(mode, more);
    for (const part of parts) expect(message).toContain(part);
    expect(message.split('\n').filter((line) => line.startsWith('  '))).toHaveLength(parts.length);
  });
});
