import { describe } from 'vitest';
import { queueConformance } from './conformance.ts';
import { testDatabase } from './shim.ts';

describe('queue on PostgreSQL', () => {
  queueConformance(async () => {
    const database = await testDatabase();
    return { databaseUrl: database.url, redisUrl: null, close: () => database.drop() };
  });
});
