/** Servers of other versions than the embedded one, as the system's packages install them. */
import { describe, expect, it } from 'vitest';
import { connected, serverOf, versions } from './system-server.ts';
import { expectFilled } from './warehouse.ts';

describe.skipIf(versions.length === 0)('PostgreSQL', () => {
  it.each(versions)('%s holds what the embedded one does', async (version) => {
    const server = await serverOf(version);
    try {
      const client = await connected(`${server.url}/postgres`);
      await client.query('create database warehouse');
      const { rows } = await client.query('show server_version');
      await client.end();
      expect(rows[0].server_version).toMatch(new RegExp(`^${version}\\b`));
      const servers = { databaseUrl: `${server.url}/warehouse`, redisUrl: null };
      await expectFilled({ backend: 'postgres', servers, chunkBytes: 2048 });
    } finally {
      await server.stop();
    }
  });
});
