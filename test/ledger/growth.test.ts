/**
 * What statements read of a ledger with 20,000 files and a million chunks, and of one with a hundred files: the same
 * number of blocks, within what a deeper index needs. Blocks are counted, and no time is.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from '../../ledger/sql.ts';
import { type TestDatabase, testDatabase } from '../support/index.ts';

/** Files that are done, each with so many chunks, and three in flight. */
const seed = (files: number, chunks: number) => `
  insert into landfall.definition (version, dataset, definition) values ('00000000000000a1', 'sales', '{"star": {}}');
  insert into landfall.file
    (dataset, name, url, scope, origin, bytes, fingerprint, content_hash, definition_version, layout, state, chunks,
     chunks_committed, rows_loaded, receipt, away, landed_at, seen_at, started_at, finished_at)
  select 'sales', 'f' || i || '.csv', 'file:///archive/f' || i || '.csv', 'pool', 'landing', 100, 'f' || i,
    'sha256:' || i, '00000000000000a1', '{"header": ["id"]}', 'done', ${chunks}, ${chunks}, 5,
    jsonb_build_object('status', 'done', 'rejectsByCode', '{}'::jsonb, 'checks', repeat('x', 500)), true,
    t.at, t.at, t.at, t.at
  from generate_series(1, ${files}) i, lateral (select '2024-01-01Z'::timestamptz + i * interval '1 second' as at) t;
  set session_replication_role = replica;
  insert into landfall.chunk (file_id, number, byte_start, byte_end, line_start, state, rows_parsed, rows_loaded)
  select i, n, n * 10, n * 10 + 10, n + 1, 'committed', 5, 5
  from generate_series(1, ${files}) i, generate_series(0, ${chunks - 1}) n;
  insert into landfall.snapshot (snapshot_id, dataset, file_id, kind)
  select nextval('landfall.snapshot_number'), 'sales', i, 'end' from generate_series(1, ${files}) i;
  insert into landfall.file (dataset, name, url, scope, origin, bytes, fingerprint, state, chunks)
  select 'sales', 'now' || i, 'file:///landing/now' || i, 'pool', 'landing', 10, 'n' || i, 'loading', 2
  from generate_series(1, 3) i;
  insert into landfall.chunk (file_id, number, byte_start, byte_end, line_start, state)
  select ${files} + i, n, n * 5, n * 5 + 5, 1, case n when 0 then 'committed' else 'planned' end
  from generate_series(1, 3) i, generate_series(0, 1) n;
  set session_replication_role = origin;`;

const flying = `'discovered', 'scanning', 'loading', 'finalising'`;

/** By whom, the statement, and its parameters as SQL. \`:last\` is the number of the newest file that is done. */
const statements: readonly (readonly [string, string, string])[] = [
  ['start', 'undo/unswept-files', ''],
  ['start', 'renewal/renewed-files', ''],
  ['start', 'chunks/unended-chunks', ''],
  ['start', 'files/newest-file', ''],
  ['start', 'archive/being-pruned', ''],
  ['status and page', 'progress/recent-files', '20'],
  ['status and page', 'progress/file-progress', 'array[:last, :last + 1]'],
  ['status and page', 'rejects/recent-rejects', '20'],
  ['status and page', 'chunks/waiting-chunks', ''],
  ['status and page', 'marts/failing-marts', ''],
  ['planning', 'files/find-content', `'sales', 'sha256:7', 0`],
  ['planning', 'files/versions-named', `'sales', 'f7.csv', 0`],
  ['planning', 'files/lock-file', ':last'],
  ['planning', 'chunks/chunks', ':last + 1'],
  ['start', 'archive/files-not-put-away', `'pool', 'file:///landing/', 'file:///failed/'`],
  ['start', 'scopes/close-scope', `'gone', 'file:///landing/', 'file:///failed/'`],
  ['status and page', 'progress/totals', 'array[:last, :last + 1]'],
  ['marts', 'marts/file-changes', `'sales'`],
  ['marts', 'marts/stale-marts', `'{sales}', '{m}'`],
];

/** Blocks that a statement touches, in a plan for these values. */
async function blocksOf({ pool }: TestDatabase, name: string, values: string): Promise<number> {
  const { rows } = await pool.query('select max(file_id) - 3 as last from landfall.file');
  const client = await pool.connect();
  try {
    await client.query(`prepare grown as ${sql(name)}`);
    const given = values === '' ? '' : `(${values.replaceAll(':last', String(rows[0].last))})`;
    const run = () => client.query(`explain (analyze, buffers, format json) execute grown${given}`);
    // The catalogue is read the first time.
    await run();
    const plan = (await run()).rows[0]['QUERY PLAN'][0].Plan;
    return plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
  } finally {
    await client.query('deallocate all');
    client.release();
  }
}

let small: TestDatabase;
let large: TestDatabase;
beforeAll(async () => {
  [small, large] = await Promise.all([testDatabase(), testDatabase()]);
  for (const [{ pool }, files, chunks] of [
    [small, 100, 5],
    [large, 20_000, 50],
  ] as const) {
    await pool.query(seed(files, chunks));
    for (const table of ['file', 'chunk', 'snapshot']) await pool.query(`vacuum analyze landfall.${table}`);
  }
});
afterAll(() => Promise.all([small.drop(), large.drop()]));

describe('a ledger of 20,000 files and a million chunks', () => {
  it.each(statements)('costs %s with %s what one of a hundred files does', async (_who, name, values) => {
    const [few, many] = [await blocksOf(small, name, values), await blocksOf(large, name, values)];
    // Indexes are two levels deeper, and each row lies in a block of its own. The chunks alone have 13,000 blocks.
    expect(many, `${few} blocks`).toBeLessThanOrEqual(2 * few + 50);
  });

  it('has what the test says', async () => {
    const { rows } = await large.pool.query(
      `select (select count(*)::int from landfall.chunk) as chunks,
        (select count(*)::int from landfall.file where state in (${flying})) as flying`,
    );
    expect(rows).toEqual([{ chunks: 1_000_006, flying: 3 }]);
  });
});
