/** What tests share: a database per test, Redis if available, and temporary folders. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, describe, inject } from 'vitest';
import { connectDatabase } from '../../platform/database/database.ts';

export interface TestDatabase {
  readonly url: string;
  readonly pool: pg.Pool;
  /** Ends the pool and drops the database. Fails if another connection to it was left open. */
  drop(): Promise<void>;
}

/** How long the server may take to end the session of a closed connection. */
const closingMs = 3000;

/**
 * Creates a new, migrated database, or one with nothing in it. Call it in beforeAll or beforeEach, and `drop` in the
 * matching after hook.
 */
export async function testDatabase({ migrated = true } = {}): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  const template = pg.escapeIdentifier(migrated ? inject('templateName') : 'template0');
  // Copy file by file: the default also writes every block to the write-ahead log.
  await administer(`create database ${pg.escapeIdentifier(name)} template ${template} strategy file_copy`);
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${name}`;
  const database = connectDatabase(url.href, { name: 'test' });
  const drop = async () => {
    await database.close();
    const left = await leftConnections(name);
    await administer(`drop database ${pg.escapeIdentifier(name)} with (force)`);
    if (left.length > 0) throw new Error(`connections were left open:\n${left.join('\n')}`);
  };
  return { url: url.href, pool: database.pool, drop };
}

async function leftConnections(name: string): Promise<string[]> {
  const text = `select application_name, state, left(query, 200) as query from pg_stat_activity
    where datname = $1 and backend_type = 'client backend'`;
  const deadline = Date.now() + closingMs;
  for (;;) {
    const { rows } = await administer(text, [name]);
    if (rows.length === 0 || Date.now() > deadline) {
      return rows.map((row) => `  ${row.application_name} (${row.state}): ${row.query}`);
    }
    await delay(20);
  }
}

/** Runs one statement in the server's maintenance database, on a separate connection. */
async function administer(text: string, values: unknown[] = []): Promise<pg.QueryResult> {
  const client = new pg.Client(inject('postgresUrl'));
  await client.connect();
  try {
    return await client.query(text, values);
  } finally {
    await client.end();
  }
}

/** The Redis server of this test run, or null. It is shared: use a unique key prefix or channel. */
export function redisUrl(): string | null {
  return inject('redisUrl');
}

/** `describe` for tests that need Redis. They are skipped if there is none, which globalSetup reports loudly. */
export function describeRedis(name: string, body: () => void): void {
  describe.skipIf(redisUrl() === null)(name, body);
}

/** A home folder for sites with their own database. It caches definitions compiled to JavaScript for the whole run. */
export function sharedHome(): string {
  return join(inject('folder'), 'home');
}

/** A folder that is removed when the test file is done. Its path has no symbolic links. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(inject('folder'), 'test-'));
  folders.push(folder);
  return folder;
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
