import type pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sql } from '../../../ledger/sql.ts';
import { fileChanges } from '../../../ledger/tables/marts.ts';
import { totals } from '../../../ledger/tables/progress.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

it.each(['progress/file-progress', 'progress/totals'])(
  '%s counts chunks in its own plan, not in a call for each file',
  async (name) => {
    const { rows } = await database.pool.query(`explain ${sql(name)}`, [[1]]);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toMatch(/Scan.* on chunk/);
    expect(plan).not.toContain('Function Scan');
  },
);

const states = ['discovered', 'loading', 'done', 'failed', 'duplicate', 'undone'];

type Statement = [text: string, values: unknown[]];

/** Adds some files. `at` makes them differ. */
function addedAt(at: number, by: string): Statement {
  return [
    `insert into landfall.file (dataset, name, url, scope, origin, bytes, fingerprint, state, rows_rejected)
     select (array['a', 'b'])[1 + i % 2], 'n', $1 || i, 'pool', 'ingest', i, i, $2, i from generate_series(1, 4) i`,
    [`${by}${at}-`, states[(at + by.length) % states.length]],
  ];
}

/** Changes or removes some files, also so that they do not count any more. */
function changeAt(at: number): Statement {
  if (at % 7 === 0) return ['delete from landfall.file where file_id % 11 = $1', [at % 11]];
  return [
    `update landfall.file set state = $1, rows_loaded = file_id * $2, rows_parsed = rows_parsed + 1, bytes_committed = 3
     where file_id % 5 = $3`,
    [states[at % states.length], at, at % 5],
  ];
}

/** The sums of the rows themselves. */
async function summed(client: pg.Pool | pg.ClientBase, except: readonly number[]): Promise<unknown> {
  const { rows } = await client.query(
    `select count(*) as files, count(*) filter (where state = 'done') as "filesDone",
       count(*) filter (where state = 'failed') as "filesFailed", coalesce(sum(bytes), 0)::bigint as bytes,
       coalesce(sum(rows_parsed) filter (where ended), 0)::bigint as parsed,
       coalesce(sum(rows_loaded) filter (where ended), 0)::bigint as loaded,
       coalesce(sum(rows_rejected) filter (where ended), 0)::bigint as rejected
     from (select *, landfall.has_ended(state) as ended from landfall.file) f where file_id <> all($1)`,
    [except],
  );
  return rows[0];
}

it('totals are those of all files, whatever changed these, in several sessions', async () => {
  const { pool } = database;
  const sessions = await Promise.all([pool.connect(), pool.connect()]);
  try {
    for (let at = 1; at <= 240; at++) {
      const [one, other] = at % 2 === 0 ? sessions : sessions.toReversed();
      await one.query(...changeAt(at));
      // Another session adds files while this one has a transaction open, which is rolled back now and then.
      await one.query('begin');
      await one.query(...addedAt(at, 'one'));
      await other.query(...addedAt(at, 'other'));
      await one.query(at % 3 === 0 ? 'rollback' : 'commit');
      if (at % 10 > 0) continue;
      const { rows } = await pool.query('select file_id from landfall.file where file_id % 13 = 0');
      const except = rows.map(({ file_id: id }) => id);
      const { rows: counts, ...found } = await totals(pool, except);
      const { parsed, loaded, rejected } = counts;
      expect({ ...found, parsed, loaded, rejected }).toMatchObject((await summed(pool, except)) as object);
    }
    const { rows } = await pool.query(
      `select sum(case state when 'done' then 1 when 'undone' then 2 else 0 end)::int as n from landfall.file where dataset = 'a'`,
    );
    expect(await fileChanges(sessions[0], 'a')).toBe(rows[0].n);
    // Rows are merged, and no difference is noted where there is none.
    const { rows: tallies } = await pool.query('select count(*)::int as n from landfall.tally');
    expect(tallies[0].n).toBeLessThan(150);
  } finally {
    for (const client of sessions) client.release();
  }
});

it('a statement that changes no sum leaves the tally as it is', async () => {
  const { pool } = database;
  const last = async () => (await pool.query('select max(tally_id) as n from landfall.tally')).rows[0].n;
  const before = await last();
  await pool.query(`update landfall.file set url = url || 'x'`);
  expect(await last()).toBe(before);
});

it('two sessions that merge at the same time wait for each other never, and lose nothing', async () => {
  const { pool } = database;
  const [one, other] = await Promise.all([pool.connect(), pool.connect()]);
  try {
    const before = await summed(pool, []);
    await one.query('begin');
    await one.query(`select landfall.merge_tally('a')`);
    await other.query(`set lock_timeout = '1s'`);
    await other.query(`select landfall.merge_tally('a')`);
    await other.query('set lock_timeout = 0');
    await one.query('commit');
    const { files, bytes } = await totals(pool);
    expect(before).toMatchObject({ files, bytes });
  } finally {
    one.release();
    other.release();
  }
});
