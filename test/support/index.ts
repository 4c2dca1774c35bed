/** What tests stand on: a database of one's own, Redis where there is one, temporary folders. */
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
  /** Ends the pool and drops the database; fails if somebody else's connection to it was left open. */
  drop(): Promise<void>;
}

/** How long a connection that was closed may take to be gone on the server's side. */
const closingMs = 3000;

/** A fresh, migrated database. Call in beforeAll or beforeEach, and `drop` in the matching after hook. */
export async function testDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  const template = pg.escapeIdentifier(inject('templateName'));
  // Copied file by file: the default writes every block to the log as well.
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

/** Runs one statement in the server's maintenance database, on a connection of its own. */
async function administer(text: string, values: unknown[] = []): Promise<pg.QueryResult> {
  const client = new pg.Client(inject('postgresUrl'));
  await client.connect();
  try {
    return await client.query(text, values);
  } finally {
    await client.end();
  }
}

/** Redis for this run of the tests, or null. Shared: use a key prefix or channel of your own. */
export function redisUrl(): string | null {
  return inject('redisUrl');
}

/** `describe` for tests that need Redis: skipped where there is none (globalSetup says so, loudly). */
export function describeRedis(name: string, body: () => void): void {
  describe.skipIf(redisUrl() === null)(name, body);
}

/** A home for sites with a database of their own: what definitions are in JavaScript is kept there for the whole run. */
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
