/**
 * Ledgers as they were after certain migrations, with what a version of that time had written (upgrades/NNNN-NAME.sql,
 * run after the migration of that name and those before it). Each is brought to today's.
 */
import { readdirSync, readFileSync } from 'node:fs';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Ledger } from '../../ledger/ledger.ts';
import { checkMigrated, migrate } from '../../ledger/migrate.ts';
import { migrations } from '../../ledger/sql.ts';
import { openRig, salesCsv } from '../coordinator/support.ts';
import { type TestDatabase, testDatabase } from '../support/index.ts';

const folder = new URL('./upgrades/', import.meta.url);
const fixtures = new Map(
  readdirSync(folder)
    .sort()
    .map((file) => [file.replace('.sql', ''), readFileSync(new URL(file, folder), 'utf8')]),
);

/** A ledger as it was after this migration. */
async function ledgerAt(pool: pg.Pool, last: string): Promise<void> {
  await pool.query('drop schema landfall cascade; create schema landfall');
  await pool.query(
    'create table landfall.migration (name text primary key, run_at timestamptz not null default now())',
  );
  for (const { name, sql } of migrations().filter((migration) => migration.name <= last)) {
    await pool.query(sql);
    await pool.query('insert into landfall.migration (name) values ($1)', [name]);
    await pool.query(fixtures.get(name) ?? '');
  }
}

/** Columns, constraints, indexes, views, functions and triggers of the schema. */
async function shapeOf(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query(`
    select format('column %s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default) as what
    from information_schema.columns where table_schema = 'landfall'
    union all select format('constraint %s %s', conrelid::regclass, pg_get_constraintdef(oid))
    from pg_constraint where connamespace = 'landfall'::regnamespace
    union all select indexdef from pg_indexes where schemaname = 'landfall'
    union all select format('view %s %s', viewname, definition) from pg_views where schemaname = 'landfall'
    union all select pg_get_functiondef(oid) from pg_proc where pronamespace = 'landfall'::regnamespace and prokind = 'f'
    union all select pg_get_triggerdef(t.oid) from pg_trigger t join pg_class c on c.oid = t.tgrelid
    where c.relnamespace = 'landfall'::regnamespace and not t.tgisinternal
    order by 1`);
  return rows.map(({ what }) => what);
}

let database: TestDatabase;
let fresh: string[];
beforeAll(async () => {
  database = await testDatabase();
  fresh = await shapeOf(database.pool);
});
afterAll(() => database.drop());

it('each fixture belongs to a migration', () => {
  const names = migrations().map(({ name }) => name);
  expect([...fixtures.keys()].filter((name) => !names.includes(name))).toEqual([]);
  expect(fresh.length).toBeGreaterThan(200);
});

describe.each([...fixtures.keys()])('a ledger of %s', (last) => {
  it('becomes one of today, and keeps what it holds', async () => {
    const { pool } = database;
    await ledgerAt(pool, last);
    const { rows: before } = await pool.query('select file_id, name from landfall.file order by file_id');
    await expect(checkMigrated(pool, 'here')).rejects.toMatchObject({ code: 'LF_DATABASE_LEDGER' });
    await migrate(pool);
    await checkMigrated(pool, 'here');
    expect(await shapeOf(pool)).toEqual(fresh);

    const ledger = new Ledger(pool);
    const files = await ledger.files();
    expect(files.map(({ fileId, name }) => ({ file_id: fileId, name }))).toEqual(before);
    const states = new Map(files.map(({ name, state }) => [name, state]));
    expect(states.get('done.csv')).toBe('done');
    expect(states.get('flying.csv')).toBe('scanning');
    expect(files.find(({ name }) => name === 'again.csv')?.duplicateOf).toBe(1);
    expect(files.every(({ prunedAt, seenAt, landedAt }) => prunedAt === null && +seenAt === +landedAt)).toBe(
      true,
    );
    const chunks = await ledger.chunks(1);
    expect(chunks.map(({ fencingToken, accounts }) => [fencingToken, accounts.star?.rows])).toEqual([
      [1, 4],
      [2, 3],
    ]);
    expect(await ledger.scans(4)).toHaveLength(1);
    if (last >= '0009') {
      expect(files[4]).toMatchObject({ link: 'corrects', linkedTo: 1 });
      expect(files[5].receipt?.undone?.reason).toBe('a test');
    }
    if (last >= '0023') {
      const { rows } = await pool.query('select notes from landfall.rollup');
      expect(rows[0].notes.map((note: { kind: string }) => note.kind)).toEqual(['groups', 'values']);
    }
    if (last >= '0031') expect(files[7]).toMatchObject({ dataset: 'lines', parentId: 7 });

    // Its lake is readable as it is now and as of each snapshot, and its next file lands under the next number.
    const manifest = await pool.query('select sum(rows)::int as rows from landfall.manifest');
    expect(manifest.rows[0].rows).toBe(7);
    const current = await pool.query(`select path from landfall.lake_current('sales') order by path`);
    expect(current.rows.map(({ path }) => path)).toEqual(['sales/f1-c0.parquet', 'sales/f1-c1.parquet']);
    const known = { dataset: 'sales', name: 'new.csv', url: 'file:///new.csv', scope: 'pool' } as const;
    const added = await ledger.addFile({ ...known, origin: 'landing', bytes: 1, fingerprint: 'new' });
    expect(added.fileId).toBe(Math.max(...before.map(({ file_id }) => file_id)) + 1);
  });
});

/** What a later version adds: columns with defaults, a table, a migration that this one does not know. */
const later = `
  alter table landfall.file add column later integer not null default 1;
  alter table landfall.chunk add column later jsonb;
  alter table landfall.part add column later text not null default 'x';
  create table landfall.later (a integer);
  insert into landfall.migration (name) values ('9999-later');
  create function public.say_more() returns trigger language plpgsql as $$
  begin
    new.data = new.data || '{"later": {"a": 1}}';
    return new;
  end
  $$;
  create trigger say_more before insert on bullmq.job for each row execute function public.say_more();
`;

describe('a worker beside a coordinator of a later version', () => {
  it('loads from a ledger that has more than it knows, by jobs that say more than it knows', async () => {
    const rig = await openRig({ chunkBytes: 4096 });
    try {
      await rig.start();
      const { pool } = rig.database;
      await pool.query(later);
      await checkMigrated(pool, 'here');
      await rig.drop('sales/a.csv', salesCsv(2000));
      await rig.startWorker();
      const [receipt] = await rig.receipts(1);
      expect(receipt).toMatchObject({ status: 'done', rows: { loaded: 2000 } });
      expect(receipt.chunks).toBeGreaterThan(4);
    } finally {
      await rig.close();
    }
  });

  it('does not start a coordinator there, which would not know what to migrate', async () => {
    const { pool } = database;
    await pool.query(`insert into landfall.migration (name) values ('9999-later')`);
    await expect(migrate(pool)).rejects.toMatchObject({ code: 'LF_DATABASE_NEWER' });
    await pool.query(`delete from landfall.migration where name = '9999-later'`);
  });
});
