/** A server that allows few sessions: enough for a coordinator and two workers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectDatabase } from '../../../platform/database/database.ts';
import { type OwnPostgres, openPostgres } from '../../faults/servers.ts';
import { onBothBackends } from '../site.ts';
import { expectFilled } from './warehouse.ts';

let server: OwnPostgres;
beforeAll(async () => {
  // By default three are reserved for a superuser. Here one is, and the test holds two.
  server = await openPostgres({ max_connections: '20', superuser_reserved_connections: '1' });
});
afterAll(() => server?.close());

/** Counts sessions of the role until it is stopped: the most that there were, by name. */
async function mostSessions(role: string, signal: AbortSignal): Promise<{ all: number; names: string }> {
  const client = new pg.Client(server.url);
  await client.connect();
  let most = { all: 0, names: '' };
  for (; !signal.aborted; await delay(5)) {
    const { rows } = await client.query(
      `select count(*)::int as all, string_agg(application_name, ', ' order by 1) as names
       from pg_stat_activity where usename = $1`,
      [role],
    );
    if (rows[0].all > most.all) most = rows[0];
  }
  await client.end();
  return most;
}

onBothBackends('max_connections of 20', (backend) => {
  it('are enough for a coordinator and two workers, and none is refused', async () => {
    const role = `small_${backend}`;
    const url = await server.database(role);
    await server.run(`create role ${role} login password 'test'`);
    await server.run(`alter database ${role} owner to ${role}`);
    const { href: databaseUrl } = Object.assign(new URL(url), { username: role, password: 'test' });
    const counting = new AbortController();
    const counted = mostSessions(role, counting.signal);
    const test = connectDatabase(url, { max: 1, name: 'test' });
    const database = { url: databaseUrl, pool: test.pool, drop: test.close };
    try {
      await expectFilled({ backend, database, chunkBytes: 2048, workers: 2 });
    } finally {
      await test.close();
      counting.abort();
    }
    const { all, names } = await counted;
    expect(all, names).toBeLessThanOrEqual(17);
    // Refused sessions would have come back later, and the load would only have been slower.
    const log = readFileSync(join(server.folder, 'postgres/server.log'), 'utf8');
    expect(log.split('\n').filter((line) => line.includes('FATAL'))).toEqual([]);
  });
});
