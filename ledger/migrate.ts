/** Migrates a database to the ledger that this code was written for. */
import type pg from 'pg';
import { createSchemaSql } from '../platform/database/create-schema.ts';
import { LandfallError } from '../platform/errors/errors.ts';
import { migrations } from './sql.ts';

/** Any number will do as long as every Landfall uses the same. */
const lockKey = 7_361_001;

/**
 * Runs the migrations that the database has not had, each in a transaction of its own with the row that
 * records it. One process at a time: others wait for the advisory lock and find nothing left to do.
 * @returns names of the migrations that were run
 * @throws LandfallError LF_DATABASE_NEWER when the database has one that this code does not know;
 *   LF_DATABASE_PRIVILEGE
 */
export async function migrate(pool: pg.Pool): Promise<string[]> {
  const client = await pool.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [lockKey]);
    return await runMissing(client);
  } finally {
    await client.query('select pg_advisory_unlock($1)', [lockKey]).catch(() => {});
    client.release();
  }
}

/** Throws LF_DATABASE_LEDGER, an outage, while the database lacks a migration that this code knows. Changes nothing. */
export async function checkMigrated(pool: pg.Pool, address: string): Promise<void> {
  const there = await pool.query(`select to_regclass('landfall.migration') is not null as has_ledger`);
  if (!there.rows[0].has_ledger)
    throw new LandfallError('LF_DATABASE_LEDGER', { address, missing: 'no ledger' });
  const done = await migrationsRun(pool);
  const missing = migrations().find(({ name }) => !done.has(name));
  if (missing === undefined) return;
  throw new LandfallError('LF_DATABASE_LEDGER', { address, missing: `a ledger without ${missing.name}` });
}

/** Names of those that the database has had, in order. */
async function migrationsRun(client: pg.Pool | pg.ClientBase): Promise<Set<string>> {
  const { rows } = await client.query<{ name: string }>('select name from landfall.migration order by name');
  return new Set(rows.map(({ name }) => name));
}

async function runMissing(client: pg.PoolClient): Promise<string[]> {
  await client.query(createSchemaSql('landfall'));
  await client.query(
    'create table if not exists landfall.migration (name text primary key, run_at timestamptz not null default now())',
  );
  const done = await migrationsRun(client);
  const known = migrations();
  const newer = [...done].find((name) => !known.some((migration) => migration.name === name));
  if (newer) throw new LandfallError('LF_DATABASE_NEWER', { migration: newer });

  const missing = known.filter((migration) => !done.has(migration.name));
  for (const migration of missing) {
    await client.query('begin');
    try {
      await client.query(migration.sql);
      await client.query('insert into landfall.migration (name) values ($1)', [migration.name]);
      await client.query('commit');
    } catch (error) {
      await client.query('rollback');
      throw error;
    }
  }
  return missing.map((migration) => migration.name);
}
