import { describeRedis, redisUrl, testDatabase } from '../../support/index.ts';
import { queueConformance } from './conformance.ts';

describeRedis('queue on Redis', () => {
  queueConformance(async () => {
    const database = await testDatabase();
    return { databaseUrl: database.url, redisUrl: redisUrl(), close: () => database.drop() };
  });
});
