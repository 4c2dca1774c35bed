/**
 * Every column type, from the text in a file to star and lake. `examples` names each type, so that a new one
 * does not compile without its examples; what else it lacks, a test below says.
 */
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isValid, type Vector } from '../../../kernel/columns/vectors.ts';
import { createKernel } from '../../../kernel/kernel.ts';
import { compileDataset } from '../../../model/compile/compile.ts';
import { convertFallbacks } from '../../../model/enrich/fallback.ts';
import * as landfall from '../../../model/index.ts';
import { guessColumn } from '../../../model/infer/guess/guess-column.ts';
import type { Column } from '../../../model/language/columns.ts';
import {
  columnTypes,
  type TypeName,
  typeNames,
  typeOf,
  typesFor,
} from '../../../model/types/column-types.ts';
import { valueField } from '../../../sinks/postgres/facts/fact-fields.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';
import { compileLoose, vectorOf } from '../support.ts';

const { bigint, boolean, date, float8, integer, interval, json } = landfall;
const { numeric, point, smallint, text, time, timestamp, uuid } = landfall;

interface Example {
  readonly column: Column;
  /** Texts that are read, no two of them the same value. */
  readonly texts: readonly string[];
  /** Texts by which `init` recognises the type, if it would take `texts` for those of another. */
  readonly seen?: readonly string[];
  /** A text that is not. */
  readonly other: string | null;
}

const examples: Readonly<Record<TypeName, Example>> = {
  smallint: { column: smallint(), texts: ['-32768', '0', '32767'], other: '1.5' },
  integer: { column: integer(), texts: ['-2147483647', '7', '2147483647'], other: 'x', seen: ['-5', '7'] },
  bigint: { column: bigint(), texts: ['-922337203685477580', '3000000000'], other: '1e3' },
  numeric: { column: numeric(38, 4), texts: ['-0.5', '12345678901234567890.1234', '7'], other: 'NaN' },
  float8: { column: float8(), texts: ['0.1', '-1.5e300', '5e-324'], other: '1,5' },
  boolean: { column: boolean(), texts: ['true', 'no'], other: '2' },
  uuid: {
    column: uuid(),
    texts: ['00112233-4455-6677-8899-aabbccddeeff', 'ffffffff-ffff-4fff-bfff-ffffffffffff'],
    other: '0',
  },
  point: { column: point(), texts: ['POINT (14.43 50.08)', 'POINT (-180 90)'], other: 'POINT EMPTY' },
  json: { column: json(), texts: ['{"a": [1, 2]}', '[]'], other: '{a: 1}' },
  date: { column: date(), texts: ['2024-02-29', '0001-01-01', '9999-12-31'], other: '2024-2-9' },
  timestamp: {
    column: timestamp({ zone: 'Europe/Berlin' }),
    texts: ['2024-07-01 10:00:00', '1969-12-31 23:59:59', '0001-01-01 12:00:00'],
    other: '2024-07-01',
  },
  time: { column: time(), texts: ['08:30', '23:59:59.999999', '00:00:00.5'], other: '8:30' },
  interval: { column: interval(), texts: ['P1DT2H30M', '-00:00:00.5', '36:00:00'], other: 'P1M' },
  text: { column: text(), texts: ['Жуть, 🚲', 'a', ' '], other: null },
};

/** The vector of a column and the texts that were rejected. */
async function read(column: Column, texts: readonly string[]): Promise<{ vector: Vector; rejected: number }> {
  const dataset = compileLoose({ name: 'x', columns: { v: column }, star: { fact: 'f' } });
  const kernel = await createKernel();
  const dialect = { delimiter: '\t', quote: null, trim: false } as const;
  kernel.begin(
    { dialect, columns: dataset.columns, fieldOfColumn: [0], fieldCount: 1, places: true },
    { byteStart: 0, skipBytes: 0 },
  );
  const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(''));
  kernel.inputSpace().set(bytes);
  kernel.filled(bytes.length, true);
  const batch = convertFallbacks(dataset, kernel.next()!);
  return { vector: batch.vectors[0], rejected: batch.rejects.length };
}

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

/** Loads the vector into a table `copied` of a row number and the value, as the star does. */
async function copy(client: pg.ClientBase, { column }: Example, vector: Vector): Promise<void> {
  const { logical } = column;
  await client.query(
    `drop table if exists copied; create table copied (n serial, v ${typeOf(logical).sql(logical)})`,
  );
  const kernel = await createKernel();
  const dialect = { delimiter: ',', quote: null, trim: false } as const;
  kernel.begin({ dialect, columns: [], fieldOfColumn: [], fieldCount: 1 }, { byteStart: 0, skipBytes: 0 });
  const rows = kernel.encodeCopyRows([valueField('v', vector, logical)], vector.length);
  const header = Buffer.from('5047434f50590aff0d0a000000000000000000', 'hex');
  const stream = client.query(copyFrom('copy copied (v) from stdin (format binary)'));
  await pipeline([header, Buffer.from(rows), Buffer.from('ffff', 'hex')], stream);
}

describe.each(typeNames.map((name) => [name, examples[name]] as const))('%s', (name, example) => {
  const { column, texts, other } = example;
  const { logical } = column;
  const type = typeOf(logical);

  it('has a builder of its name', () => {
    expect(column.type).toBe(name);
    expect(Object.keys(landfall)).toContain(name);
  });

  it('is read into a vector that holds it, and what does not fit is rejected', async () => {
    const { vector, rejected } = await read(column, [...texts, ...(other === null ? [] : [other])]);
    expect(vector.length).toBe(texts.length);
    expect(rejected).toBe(other === null ? 0 : 1);
    if (type.parts === null) expect(Object.keys(type.copy)).toContain(vector.kind);
    const { convert } = compileLoose({ name: 'x', columns: { v: column }, star: { fact: 'f' } }).columns[0];
    expect(type.words(logical, type.read(column, false))).toMatch(new RegExp(`^${name}\\b`));
    if (convert === undefined) return;
    // What the converter gives is what the builder takes.
    const again = vectorOf(
      logical,
      texts.map((text) => convert(text)),
    );
    const values = (vector: Vector) => texts.map((_, row) => type.value(vector, logical, row));
    expect(values(again)).toEqual(values(vector));
  });

  it('comes to the star as its text, and different values make different keys', async () => {
    if (type.parts !== null) return expect(() => type.sql(logical)).toThrow('stored as its lon and lat');
    const { vector } = await read(column, [...texts, '']);
    const isNull = (row: number) => !isValid(vector, row);
    const client = await database.pool.connect();
    await client.query("set time zone 'UTC'");
    await copy(client, example, vector);
    const given = Array.from({ length: vector.length }, (_, row) =>
      isNull(row) ? null : type.text(vector, logical, row),
    );
    const same = await client.query(
      `select v is not distinct from t::${type.sql(logical)} as same from copied
       join unnest($1::text[]) with ordinality as given(t, n) using (n) order by n`,
      [given],
    );
    expect(same.rows).toEqual(given.map(() => ({ same: true })));
    const { key } = type;
    if (key !== null) {
      const keys = given.map((_, row) => (isNull(row) ? null : key.text(vector, logical, row)));
      expect(new Set(keys).size).toBe(keys.length);
    }
    client.release();
  });

  it('is a Parquet column', () => {
    if (type.parts !== null) return expect(() => type.parquet(logical)).toThrow('stored as its lon and lat');
    expect(type.parquet(logical).physical).toBeTypeOf('string');
  });

  it('may be used where its record says so, and nowhere else', () => {
    const uses = {
      partition: { lake: { partitionBy: ['v'] } },
      member: { star: { fact: 'f', dimensions: { k: landfall.lookup('d', { v: 'v' }) } } },
      day: { star: { fact: 'f', dimensions: { k: landfall.dateDimension('d', 'v') } } },
      key: { rules: (c: never) => ({ once: landfall.unique([(c as { v: never }).v]) }) },
      computed: { enrich: () => ({ c: landfall.compute(name as never, [], () => null as never) }) },
    };
    for (const [use, words] of Object.entries(uses)) {
      const source = { name: 'x', columns: { v: column, n: integer() }, star: { fact: 'f' }, ...words };
      const compiled = () => compileLoose(source);
      if (type[use as keyof typeof uses] === null) expect(compiled, use).toThrow();
      else expect(compiled, use).not.toThrow();
    }
  });

  it('has bounds, or says that it has none', () => {
    const bounded = (options: object) => () =>
      compileLoose({
        name: 'x',
        columns: { v: { ...column, options: { ...column.options, ...options } } },
        star: { fact: 'f' },
      });
    if (type.bound === null) expect(bounded({ min: 1 })).toThrow(`a ${name} has no min or max`);
    else expect(bounded({ min: 'no value' })).toThrow('it is not a value of the column');
  });

  it('is recognised by init, or never proposed', () => {
    if (type.propose === null) return;
    const {
      type: guessed,
      digits = [],
      options,
    } = guessColumn({
      header: 'v',
      values: new Map((example.seen ?? texts).map((one) => [one, 1])),
      blanks: 0,
    });
    expect(guessed).toBe(name);
    const builders = new Map(Object.entries(landfall)) as Map<string, (...args: unknown[]) => Column>;
    const made = builders.get(name)!(...digits, options);
    expect(() =>
      compileDataset(landfall.defineDataset({ name: 'x', columns: { v: made }, star: { fact: 'f' } })),
    ).not.toThrow();
  });
});

it('lists the types that have a use', () => {
  expect(typesFor('partition')).toEqual(['smallint', 'integer', 'bigint', 'boolean', 'date', 'text']);
  expect(typesFor('parts')).toEqual(['point']);
  expect(columnTypes.point.parts).toEqual(['lon', 'lat']);
});
