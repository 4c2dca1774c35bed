import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openQueues } from '../../../platform/queue/index.ts';
import { testDatabase } from '../../support/index.ts';
import { chunkJobs, queueConformance } from './conformance.ts';

describe('queue on PostgreSQL', () => {
  queueConformance(async () => {
    const database = await testDatabase();
    // It makes its tables itself.
    await database.pool.query('drop schema bullmq cascade');
    // As few connections as a worker has.
    return { databaseUrl: database.url, redisUrl: null, asking: 1, close: () => database.drop() };
  });
});

describe('what a process takes of the server', () => {
  const chunks = 60;

  /** Queues of a new database, and a client that sees what they do to it. */
  async function open() {
    const database = await testDatabase();
    const watcher = new pg.Client({ connectionString: database.url });
    await watcher.connect();
    const queues = await openQueues({
      ...{ databaseUrl: database.url, redisUrl: null, scope: 'taken', migrate: true },
      asking: 1,
    });
    onTestFinished(async () => {
      await queues.close();
      await watcher.end();
      await database.drop();
    });
    return { queues, watcher, pool: database.pool };
  }

  it('is one connection that asks and one that listens for each worker object, however many jobs run', async () => {
    const { queues, pool } = await open();
    const connections = async () => {
      const { rows } = await pool.query(
        `select count(*)::int as n from pg_stat_activity
          where datname = current_database() and backend_type = 'client backend'
            and (application_name = 'landfall queue' or application_name like 'landfall-taken-%')`,
      );
      return rows[0].n as number;
    };
    const seen: number[] = [];
    let finalised = () => {};
    const done = new Promise<void>((resolve) => (finalised = resolve));
    const files = await queues.workFiles(async () => finalised());
    const work = await queues.workChunks(async () => void seen.push(await connections()), {
      concurrency: 20,
    });
    await queues.submitChunks(1, chunkJobs(1, chunks));
    await done;
    await Promise.all([files.close(), work.close()]);
    expect(seen.length).toBe(chunks);
    expect(Math.max(...seen)).toBe(3);
  });

  it('is not a notification for a job: it would wake every worker', async () => {
    const { queues, watcher } = await open();
    let announced = 0;
    watcher.on('notification', () => announced++);
    await watcher.query('listen bullmq_events');
    let finalised = () => {};
    const done = new Promise<void>((resolve) => (finalised = resolve));
    const files = await queues.workFiles(async () => finalised());
    const work = await queues.workChunks(async () => {}, { concurrency: 2 });
    await queues.submitChunks(1, chunkJobs(1, chunks));
    await done;
    await Promise.all([files.close(), work.close()]);
    // Notifications come with the answer to a statement at the latest.
    await watcher.query('select');
    // One a queue for the flow when it is added, which asks for no lock.
    expect(announced).toBe(2);
  });
});
