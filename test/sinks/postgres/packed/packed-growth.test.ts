/** Definitions of packed facts that change: what is there must mean the same afterwards, or the change is refused. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { saveDefinition } from '../../../../ledger/definition.ts';
import { compileDataset } from '../../../../model/compile/compile.ts';
import { defineDataset, integer, numeric, smallint, text } from '../../../../model/index.ts';
import { StarSink } from '../../../../sinks/postgres/star-sink.ts';
import { type TestDatabase, testDatabase } from '../../../support/index.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(() => database.pool.query('drop schema if exists star cascade; delete from landfall.definition'));

async function made(columns: object, sortBy?: string): Promise<void> {
  const dataset = compileDataset(
    defineDataset({ name: 'd', columns, star: { fact: 'f', layout: 'packed', sortBy } } as never),
  );
  await new StarSink(database.pool).setUp(dataset);
  await saveDefinition(database.pool, dataset.version, dataset.name, dataset);
}

/** A tuple of rows whose numbers are all equal. */
const tuple = (rows: number, parts: Record<string, string>) => {
  const all = { chunk_id: '1', _rows: String(rows), ...parts };
  return database.pool.query(
    `insert into star.f_packed (${Object.keys(all).join(', ')}) values (${Object.values(all).join(', ')})`,
  );
};
const of = (name: string, base: number) => ({
  [`_base_${name}`]: `${base}`,
  [`_width_${name}`]: '0',
  [name]: `''`,
});
const shown = async () => {
  const { rows } = await database.pool.query<{ row: string }>('select f::text as row from star.f order by 1');
  return rows.map(({ row }) => row);
};

it.each([
  ['of another scale', { a: numeric(8, 2) }, { a: numeric(8, 1) }, 'f.a is numeric(8,2), not numeric(8,1)'],
  ['wider', { a: smallint() }, { a: integer() }, 'f.a is smallint, not integer'],
  ['gone', { a: smallint(), b: integer() }, { b: integer() }, 'f.a is no longer in the definition'],
])('refuses a column that is %s', async (_, before, after, difference) => {
  await made(before);
  // A table without tuples is made again.
  await made(after);
  await made(before);
  await tuple(2, of('a', 100));
  await expect(made(after)).rejects.toMatchObject({
    code: 'LF_STAR_CHANGED',
    message: expect.stringContaining(difference),
  });
});

it('shows the nulls of a column that became required, when the view is made again', async () => {
  await made({ a: integer() });
  await tuple(2, { ...of('a', 5), _valid_a: String.raw`'\x02'` });
  await made({ a: integer({ required: true }) });
  expect(await shown()).toEqual(['(,1)', '(5,1)']);
  await made({ a: integer({ required: true }), b: text({ maxLength: 3 }) });
  expect(await shown()).toEqual(['(,1,)', '(5,1,)']);
  await database.pool.query('drop view star.f');
  await made({ a: integer({ required: true }), b: text({ maxLength: 3 }) });
  expect(await shown()).toEqual(['(,,1)', '(5,,1)']);
});

it('takes nulls in a column that was required', async () => {
  await made({ a: integer({ required: true }) });
  await tuple(1, of('a', 5));
  await made({ a: integer() });
  await tuple(1, { ...of('a', 6), _valid_a: String.raw`'\x00'` });
  expect(await shown()).toEqual(['(,1)', '(5,1)']);
});

it('shows in a range what the view shows, however that has grown', async () => {
  const ranged = async () => {
    const { rows } = await database.pool.query<{ row: string }>(
      'select f::text as row from star.f_between(0, 9) f',
    );
    return rows.map(({ row }) => row).sort();
  };
  await made({ a: integer(), n: integer() }, 'n');
  await tuple(2, {
    ...of('a', 5),
    _valid_a: String.raw`'\x02'`,
    ...of('n', 7),
    _least_n: '7',
    _greatest_n: '7',
  });
  await tuple(1, { ...of('a', 6), ...of('n', 9), _least_n: '9', _greatest_n: '9' });
  expect(await ranged()).toEqual(['(,7,1)', '(5,7,1)']);
  await made({ a: integer({ required: true }), b: text({ maxLength: 3 }), n: integer() }, 'n');
  expect(await ranged()).toEqual(['(,7,1,)', '(5,7,1,)']);
  // Names have their schema, so that the function does not depend on who calls it.
  const { rows } = await database.pool.query(
    "select prosrc from pg_proc where oid = 'star.f_between'::regproc",
  );
  expect(rows[0].prosrc).toContain('star.f_packed');
});
