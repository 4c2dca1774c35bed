import { describe } from 'vitest';
import { testDatabase } from '../../support/index.ts';
import { queueConformance } from './conformance.ts';

describe('queue on PostgreSQL', () => {
  queueConformance(async () => {
    const database = await testDatabase();
    // It makes its tables itself.
    await database.pool.query('drop schema bullmq cascade');
    return { databaseUrl: database.url, redisUrl: null, close: () => database.drop() };
  });
});
