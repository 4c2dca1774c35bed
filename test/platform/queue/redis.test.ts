import { describe } from 'vitest';
import { queueConformance } from './conformance.ts';
import { testDatabase } from './shim.ts';

describe('queue on Redis', () => {
  queueConformance(async () => {
    const database = await testDatabase();
    return { databaseUrl: database.url, redisUrl: 'redis://localhost:6379', close: () => database.drop() };
  });
});
