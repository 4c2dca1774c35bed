/** Workers that start before anything else does: they wait for a coordinator to set up the database. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it, vi } from 'vitest';
import { migrate } from '../../../ledger/migrate.ts';
import { openQueues } from '../../../platform/queue/index.ts';
import { tempFolder, testDatabase } from '../../support/index.ts';
import { main } from '../run.ts';

it('wait for the ledger and the queue, and say for which', async () => {
  const database = await testDatabase({ migrated: false });
  const cwd = tempFolder();
  const env = { PATH: process.env.PATH, HOME: cwd, DATABASE_URL: database.url, LANDFALL_WORKERS: '1' };
  const child = spawn(process.execPath, [main, 'worker'], { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  const says = (text: string) => vi.waitFor(() => expect(said).toContain(text), 30_000);
  try {
    await says('has no ledger: no coordinator');
    await migrate(database.pool);
    await says('has no queue: no coordinator');
    expect(said).not.toContain('joined the pool');
    const queues = await openQueues({
      databaseUrl: database.url,
      redisUrl: null,
      scope: 'pool',
      migrate: true,
    });
    await queues.close();
    await says('joined the pool');
    child.kill('SIGTERM');
    expect(await once(child, 'close'), said).toEqual([0, null]);
  } finally {
    child.kill('SIGKILL');
    await database.drop();
  }
});
