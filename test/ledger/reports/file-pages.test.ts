import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type FileOrder,
  type FilePageRequest,
  filePage,
  type PageEnd,
} from '../../../ledger/reports/file-pages.ts';
import { sql } from '../../../ledger/sql.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';

const files = 20_000;

interface Row {
  readonly file_id: number;
  readonly dataset: string;
  readonly name: string;
  readonly state: string;
  readonly bytes: number;
  readonly rows_loaded: number;
  readonly rows_rejected: number;
  /** Microseconds: finer than a Date. */
  readonly landed: number;
}

let database: TestDatabase;
let rows: Row[];

/** Files of which many are equal in what they are sorted by; names repeat, and times differ by a microsecond. */
beforeAll(async () => {
  database = await testDatabase();
  const { pool } = database;
  await pool.query('alter table landfall.file disable trigger user');
  await pool.query(
    `insert into landfall.file (dataset, name, url, scope, origin, bytes, fingerprint, state, rows_loaded, rows_rejected, landed_at)
     select (array['orders', 'trips', 'trips'])[1 + i % 3], 'File-' || lpad((i % 1500)::text, 4, '0') || '.csv', 'file:///' || i,
       'pool', 'landing', i % 700, i, case when i % 2500 = 0 then 'failed' when i % 999 = 0 then 'undone' else 'done' end,
       i % 50, greatest(0, i % 400 - 395), '2026-01-01T00:00Z'::timestamptz + (i / 5) * interval '1 microsecond'
     from generate_series(1, $1::integer) i`,
    [files],
  );
  await pool.query('vacuum analyze landfall.file');
  ({ rows } = await pool.query<Row>(
    `select file_id, dataset, name, state, bytes, rows_loaded, rows_rejected,
       (extract(epoch from landed_at) * 1000000)::float8 as landed from landfall.file`,
  ));
});
afterAll(() => database.drop());

const sortedBy: Readonly<Record<FileOrder, (row: Row) => number | string>> = {
  landed: (row) => row.landed,
  name: (row) => row.name,
  bytes: (row) => row.bytes,
  rows: (row) => row.rows_loaded,
  rejected: (row) => row.rows_rejected,
};

/** What the pages must be, by sorting everything. */
function expected(
  request: Pick<FilePageRequest, 'order' | 'descending'>,
  keeps: (row: Row) => boolean,
): number[] {
  const value = sortedBy[request.order];
  const compare = (a: Row, b: Row) =>
    value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : a.file_id - b.file_id;
  const sorted = rows.filter(keeps).sort(compare);
  return (request.descending ? sorted.reverse() : sorted).map((row) => row.file_id);
}

async function allPages(request: Omit<FilePageRequest, 'after'>): Promise<number[]> {
  const found: number[] = [];
  let after: PageEnd | undefined;
  for (;;) {
    const page = await filePage(database.pool, { ...request, after });
    found.push(...page.map(({ fileId }) => fileId));
    after = page.at(-1);
    if (page.length < request.limit) return found;
  }
}

describe.each(['landed', 'name', 'bytes', 'rows', 'rejected'] as const)(
  'pages in the order of %s',
  (order) => {
    it.each([true, false])('have each file once, among equals too, descending: %s', async (descending) => {
      const found = await allPages({ order, descending, limit: 3333 });
      expect(found).toEqual(expected({ order, descending }, () => true));
    });

    it.each([
      ['the first', undefined],
      ['one in the middle', 10_000],
    ])('are read without the others: %s', async (_, at) => {
      const ids = expected({ order, descending: true }, () => true);
      const row = at === undefined ? undefined : rows.find(({ file_id }) => file_id === ids[at]);
      const key = row && String(sortedBy[order](row));
      expect(await blocksOf({ order, after: row && { fileId: row.file_id, key: key! } })).toBeLessThan(250);
    });
  },
);

describe('filters', () => {
  const newest = { order: 'landed', descending: true, limit: 500 } as const;

  it.each<[string, Partial<FilePageRequest>, (row: Row) => boolean]>([
    ['dataset', { dataset: 'orders' }, (row) => row.dataset === 'orders'],
    ['state', { states: ['failed'] }, (row) => row.state === 'failed'],
    ['states', { states: ['failed', 'undone', 'failed'] }, (row) => row.state !== 'done'],
    ['name, with what means something to LIKE', { named: 'E-01_0' }, () => false],
    ['name in letters of any case', { named: 'fILE-010' }, (row) => row.name.startsWith('File-010')],
    ['rejects', { withRejects: true }, (row) => row.rows_rejected > 0],
    [
      'time, with its end left out',
      { landedFrom: new Date('2026-01-01T00:00:00.001Z'), landedTo: new Date('2026-01-01T00:00:00.002Z') },
      (row) => row.landed % 1e6 >= 1000 && row.landed % 1e6 < 2000,
    ],
    [
      'several at once',
      { dataset: 'trips', states: ['failed', 'done'], named: '7', withRejects: true },
      (row) =>
        row.dataset === 'trips' && row.state !== 'undone' && row.name.includes('7') && row.rows_rejected > 0,
    ],
  ])('by %s', async (_, filter, keeps) => {
    expect(await allPages({ ...newest, ...filter })).toEqual(expected(newest, keeps));
  });

  it('by a rare state or a dataset read little', async () => {
    expect(await blocksOf({ order: 'landed', states: ['failed'] })).toBeLessThan(250);
    expect(await blocksOf({ order: 'landed', states: ['failed', 'undone', 'done'] })).toBeLessThan(400);
    expect(await blocksOf({ order: 'landed', dataset: 'orders' })).toBeLessThan(250);
  });
});

/** Blocks that a page of 100 files reads, from memory or not. The table has more than 400. */
async function blocksOf(request: Partial<FilePageRequest>): Promise<number> {
  const { pool } = database;
  const { rows: sizes } = await pool.query(`select pg_relation_size('landfall.file') / 8192 as blocks`);
  expect(Number(sizes[0].blocks)).toBeGreaterThan(400);
  const parameters = [
    ...[request.dataset, request.states, null, null, null, false, request.order, true],
    ...[request.after?.key, request.after?.fileId, 100],
  ];
  const explain = `explain (analyze, buffers, format json) ${sql('progress/file-page')}`;
  // The first time the catalogue is read, too.
  await pool.query(explain, parameters);
  const { rows: plans } = await pool.query(explain, parameters);
  const plan = plans[0]['QUERY PLAN'][0].Plan;
  return plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
}
