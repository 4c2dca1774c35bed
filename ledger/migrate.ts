/** Migrates a database to the ledger that this code was written for. */
import type pg from 'pg';
import { LandfallError } from '../platform/errors/errors.ts';
import { migrations } from './sql.ts';

/** Any number will do as long as every Landfall uses the same. */
const lockKey = 7_361_001;

/**
 * Runs the migrations that the database has not had, each in a transaction of its own with the row that
 * records it. One process at a time: others wait for the advisory lock and find nothing left to do.
 * @returns names of the migrations that were run
 * @throws LandfallError LF_DATABASE_NEWER when the database has one that this code does not know
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

async function runMissing(client: pg.PoolClient): Promise<string[]> {
  await client.query('create schema if not exists landfall');
  await client.query(
    'create table if not exists landfall.migration (name text primary key, run_at timestamptz not null default now())',
  );
  const { rows } = await client.query<{ name: string }>('select name from landfall.migration order by name');
  const done = new Set(rows.map((row) => row.name));
  const known = migrations();
  const newer = rows.find((row) => !known.some((migration) => migration.name === row.name));
  if (newer) throw new LandfallError('LF_DATABASE_NEWER', { migration: newer.name });

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
