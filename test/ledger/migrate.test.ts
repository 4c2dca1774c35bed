/** A ledger of an older version is brought to this one with what it holds. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Ledger } from '../../ledger/ledger.ts';
import { migrate } from '../../ledger/migrate.ts';
import { migrations } from '../../ledger/sql.ts';
import { type TestDatabase, testDatabase } from '../support/index.ts';

describe('a ledger that an older version wrote', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await testDatabase();
    const { pool } = database;
    await pool.query('drop schema landfall cascade');
    await pool.query('create schema landfall');
    await pool.query(
      'create table landfall.migration (name text primary key, run_at timestamptz default now())',
    );
    for (const { name, sql } of migrations().filter((migration) => migration.name < '0013')) {
      await pool.query(sql);
      await pool.query('insert into landfall.migration (name) values ($1)', [name]);
    }
    const layout = JSON.stringify({
      header: ['_landfall_file', '_landfall_byte_offset', 'a'],
      mending: { file: 0, byteOffset: 1 },
    });
    const receipt = JSON.stringify({ file: 'b.csv', link: { kind: 'mends', fileId: 1, name: 'a.csv' } });
    const error = JSON.stringify({ code: 'LF_MEND_TAKEN', message: 'taken', fix: 'export again' });
    const lost = JSON.stringify({ code: 'LF_SURVEY_LOST', message: 'lost', fix: 'drop it again' });
    await pool.query(
      `insert into landfall.file (dataset, name, url, scope, origin, bytes, fingerprint, state, layout, receipt, error, link, linked_to)
       values ('x', 'a.csv', 'file:///a', 'pool', 'landing', 1, '1', 'surveying', null, null, null, null, null),
              ('x', 'b.csv', 'file:///b', 'pool', 'landing', 1, '2', 'done', $1, $2, null, 'mends', 1),
              ('x', 'c.csv', 'file:///c', 'pool', 'landing', 1, '3', 'failed', $1, $3, $4, 'mends', 1),
              ('x', 'd.csv', 'file:///d', 'pool', 'landing', 1, '4', 'failed', null, null, $5, null, null),
              ('x', 'd.csv', 'file:///d', 'pool', 'replay', 1, '4', 'failed', null, null, $5, 'reloads', 4),
              ('x', 'd.csv', 'file:///d', 'pool', 'replay', 1, '4', 'failed', null, null, $5, 'reloads', 5)`,
      [layout, receipt, JSON.stringify({ error: JSON.parse(error) }), error, lost],
    );
    await pool.query(
      `update landfall.file set landed_at = '2024-01-01Z'::timestamptz + file_id * interval '1 day'`,
    );
    await pool.query(
      `insert into landfall.chunk (file_id, number, byte_start, byte_end, line_start, claim) values (1, 0, 0, 1, 1, 3)`,
    );
    await pool.query(
      `insert into landfall.chunk (file_id, number, byte_start, byte_end, line_start, state, rows_loaded, star_rows, parts)
       values (2, 0, 0, 1, 1, 'committed', 5, 5, 2)`,
    );
    await pool.query(
      `insert into landfall.part (path, chunk_id, file_id, dataset, rows, bytes)
       values ('x/a.parquet', 2, 2, 'x', 3, 30), ('x/b.parquet', 2, 2, 'x', 2, 20)`,
    );
    await pool.query(
      `insert into landfall.survey (file_id, number, byte_start, byte_end, block_hashes, result) values (1, 0, 0, 1, '', '[]')`,
    );
    await pool.query('create schema star');
    await pool.query('create table star._incoming_f17 (a integer)');
    await migrate(pool);
  });
  afterAll(() => database.drop());

  it('keeps its files, chunks and scans under the new words', async () => {
    const ledger = new Ledger(database.pool);
    const [a, b, c, d] = await ledger.files();
    expect(a).toMatchObject({ state: 'scanning', link: null });
    expect(b).toMatchObject({
      state: 'done',
      link: 'corrects',
      layout: { corrections: { file: 0, byteOffset: 1 } },
    });
    expect(b.layout).not.toHaveProperty('mending');
    expect(c.error).toEqual({ code: 'LF_CORRECTION_TAKEN', message: 'taken', fix: 'export again' });
    expect(d.error?.code).toBe('LF_SCAN_LOST');
    expect((await ledger.chunks(1))[0].fencingToken).toBe(3);
    expect(await ledger.scans(1)).toHaveLength(1);
    const { rows } = await database.pool.query(
      `select receipt #>> '{link,kind}' as link, receipt #>> '{error,code}' as code from landfall.file where receipt is not null order by file_id`,
    );
    expect(rows).toEqual([
      { link: 'corrects', code: null },
      { link: null, code: 'LF_CORRECTION_TAKEN' },
    ]);
  });

  it('says when the content of files was first seen', async () => {
    const { rows } = await database.pool.query(
      `select name, to_char(seen_at at time zone 'UTC', 'DD') as day from landfall.file order by file_id`,
    );
    expect(rows.map(({ name, day }) => `${name} ${day}`)).toEqual([
      ...['a.csv 02', 'b.csv 03', 'c.csv 04', 'd.csv 05'],
      ...['d.csv 05', 'd.csv 05'],
    ]);
  });

  it('is noted once while it is in flight, as before', async () => {
    const again = `insert into landfall.file (dataset, name, url, scope, origin, bytes, fingerprint, state)
      values ('x', 'a.csv', 'file:///a', 'pool', 'landing', 1, '1', 'discovered')`;
    await expect(database.pool.query(again)).rejects.toMatchObject({ constraint: 'file_unfinished' });
  });

  it('keeps an account of each sink for chunks that lake and star were counted for', async () => {
    const { rows } = await database.pool.query(
      `select accounts from landfall.chunk where state = 'committed'`,
    );
    expect(rows).toEqual([{ accounts: { lake: { rows: 5, bytes: 50 }, star: { rows: 5, bytes: 0 } } }]);
  });

  it('keeps what a version that replaces another has staged', async () => {
    const { rows } = await database.pool.query(`select relname from pg_class where relname ~ '_f17$'`);
    expect(rows).toEqual([{ relname: '_staging_f17' }]);
  });
});
