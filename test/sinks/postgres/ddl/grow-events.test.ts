import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compileDataset } from '../../../../model/compile/compile.ts';
import {
  append,
  defineDataset,
  history,
  integer,
  lookup,
  smallint,
  table,
  text,
  upsert,
  view,
} from '../../../../model/index.ts';
import type { Mode } from '../../../../model/language/modes.ts';
import { inTransaction } from '../../../../platform/database/transaction.ts';
import { starDdl } from '../../../../sinks/postgres/ddl/ddl.ts';
import { makeStar } from '../../../../sinks/postgres/ddl/make-star.ts';
import { applyEvents, undoEvents } from '../../../../sinks/postgres/events/index.ts';
import { type TestDatabase, testDatabase } from '../../../support/index.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query('drop schema if exists s cascade');
});

const keyed = upsert({ key: ['id'], orderBy: 'ord' }) as Mode<never>;

/** `more`: with a column and a dimension that the first definition did not have. */
function datasetWith(mode: Mode<never> = keyed, more = false) {
  return compileDataset(
    defineDataset({
      name: 'orders',
      columns: {
        id: integer(),
        ord: integer(),
        what: text(),
        ...(more && { size: smallint({ optional: true }), who: text({ optional: true }) }),
      },
      star: {
        schema: 's',
        fact: 'orders',
        columns: ['id', ...(more ? ['size' as const] : []), 'what'] as never,
        dimensions: (more ? { who_key: lookup('dim_who', { who: 'who' } as never) } : {}) as never,
      },
      mode,
      marts: {
        all_of_it: view('select * from s.orders'),
        how_many: table('select count(*) from s.all_of_it'),
      },
    }),
  );
}

type Dataset = ReturnType<typeof datasetWith>;

const setUp = (dataset: Dataset) => makeStar(database.pool, dataset, starDdl(dataset));

const uuid = (n: number) => `00000000-0000-0000-0000-${String(n).padStart(12, '0')}`;

/** Ends a file of one chunk, with the number of the file, with these rows. */
async function end({ star }: Dataset, fileId: number, rows: readonly Record<string, unknown>[]) {
  return inTransaction(database.pool, async (client) => {
    const events = rows.map((row, i) => ({
      ...{ who_key: 0, _row: i, _hash: uuid(fileId * 100 + i), _key: uuid(Number(row.id)) },
      ...{ _order: fileId, _tracked: uuid(i), chunk_id: fileId, ...row },
    }));
    const columns = star!.columns.map(({ name }) => name).join();
    await client.query(
      `insert into s.orders_staging (${columns})
       select ${columns} from jsonb_populate_recordset(null::s.orders_staging, $1)`,
      [JSON.stringify(events)],
    );
    const file = { fileId, chunkIds: [fileId], asOf: null, seenAt: new Date(0), contentHash: `${fileId}` };
    const { delta } = await applyEvents(client, star!, [file], fileId);
    const read = async (sql: string) => (await client.query(`select * from (${sql}) f`)).rows;
    return Promise.all(delta.added.map(({ sql }) => read(sql)));
  });
}

const undo = ({ star }: Dataset, fileId: number) =>
  inTransaction(database.pool, (client) =>
    undoEvents(client, star!, { fileId, chunkIds: [fileId] }, 100 + fileId),
  );

const facts = async (from = 'orders') =>
  (await database.pool.query(`select * from s.${from} order by id`)).rows;

describe('tables of events', () => {
  it('are made twice, and are behind a view', async () => {
    await setUp(datasetWith());
    await setUp(datasetWith());
    await end(datasetWith(), 1, [{ id: 1, what: 'new' }]);
    expect(await facts()).toEqual([{ id: 1, what: 'new', chunk_id: 1 }]);
  });

  it('get a new column, and so do the view and the marts; earlier rows have null and 0', async () => {
    const before = datasetWith();
    const after = datasetWith(keyed, true);
    await setUp(before);
    await end(before, 1, [
      { id: 1, what: 'new' },
      { id: 2, what: 'new' },
    ]);
    await end(before, 2, [{ id: 2, what: 'paid' }]);
    await setUp(after);
    await setUp(after);
    await end(after, 3, [{ id: 2, what: 'sent', size: 3, who_key: 7 }]);
    const expected = [
      { id: 1, what: 'new', chunk_id: 1, size: null, who_key: 0 },
      { id: 2, what: 'sent', chunk_id: 3, size: 3, who_key: 7 },
    ];
    expect(await facts()).toEqual(expected);
    expect(await facts('all_of_it')).toEqual(expected);
    const { rows } = await database.pool.query(
      'select size, who_key from s.orders_superseded order by chunk_id',
    );
    expect(rows).toEqual([
      { size: null, who_key: 0 },
      { size: null, who_key: 0 },
    ]);
  });

  it('keep values that an earlier definition does not know, when a file of it ends or is undone', async () => {
    const before = datasetWith();
    const after = datasetWith(keyed, true);
    await setUp(before);
    await setUp(after);
    await end(after, 3, [{ id: 2, what: 'sent', size: 3, who_key: 7 }]);
    const added = await end(before, 4, [{ id: 2, what: 'back' }]);
    expect(added).toEqual([[{ id: 2, what: 'back', chunk_id: 4, size: null, who_key: 0 }]]);
    await undo(before, 4);
    expect(await facts()).toEqual([{ id: 2, what: 'sent', chunk_id: 3, size: 3, who_key: 7 }]);
  });

  it.each([
    ['key', upsert({ key: ['what'], orderBy: 'ord' })],
    ['order', upsert({ key: ['id'], orderBy: 'id' })],
    ['mode', history({ key: ['id'], orderBy: 'ord', track: ['what'] })],
    ['no mode', append()],
  ])('with rows are refused another %s until the files are undone', async (_, mode) => {
    const before = datasetWith();
    const after = datasetWith(mode as Mode<never>);
    await setUp(before);
    await end(before, 1, [{ id: 1, what: 'new' }]);
    const refused = await setUp(after).catch((error) => error);
    expect(refused).toMatchObject({
      code: 'LF_MODE_CHANGED',
      fix: expect.stringContaining('landfall rebuild '),
    });
    expect(await facts('all_of_it')).toHaveLength(1);
    await undo(before, 1);
    await setUp(after);
    expect(await facts('all_of_it')).toEqual([]);
  });

  it('take the place of facts, and facts theirs, where there are no rows', async () => {
    const plain = datasetWith(append());
    await setUp(plain);
    await database.pool.query(`insert into s.orders values (1, 'new', 1)`);
    const refused = await setUp(datasetWith()).catch((error) => error);
    expect(refused).toMatchObject({ code: 'LF_MODE_CHANGED' });
    await database.pool.query('delete from s.orders');
    await setUp(datasetWith());
    await end(datasetWith(), 1, [{ id: 1, what: 'new' }]);
    expect(await facts('all_of_it')).toHaveLength(1);
    await undo(datasetWith(), 1);
    await setUp(plain);
    await database.pool.query(`insert into s.orders values (1, 'new', 1)`);
    expect(await facts('all_of_it')).toHaveLength(1);
  });

  it('have a column more where nulls keep the value before', async () => {
    const mode = upsert({ key: ['id'], orderBy: 'ord', nulls: 'keep' }) as Mode<never>;
    const before = datasetWith(mode);
    const after = datasetWith(mode, true);
    await setUp(before);
    await end(before, 1, [{ id: 1, what: 'new' }]);
    await setUp(after);
    await end(after, 2, [{ id: 1, what: null, size: 3, who_key: 7 }]);
    await end(after, 3, [{ id: 1, what: null }]);
    expect(await facts()).toEqual([{ id: 1, what: 'new', chunk_id: 3, size: 3, who_key: 7 }]);
  });
});
