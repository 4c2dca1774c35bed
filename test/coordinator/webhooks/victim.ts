/** A coordinator with a worker in one process, to be killed where LANDFALL_CRASH_AT says. */
import { startCoordinator } from '../../../coordinator/coordinator.ts';
import { loadRegistry } from '../../../model/registry.ts';
import type { Config } from '../../../platform/config/config.ts';
import { connectDatabase } from '../../../platform/database/database.ts';
import { createLog } from '../../../platform/log/log.ts';
import { startWorker } from '../../../workers/worker.ts';
import { killedSales } from './dataset.ts';

const config: Config = JSON.parse(process.argv[2]);
const log = createLog('test', { level: 'silent' });
const registry = await loadRegistry({ builtin: [killedSales], paths: [] });
const database = { ...connectDatabase(config.databaseUrl!), embedded: false };
await startCoordinator({ config, database, registry, scope: 'pool', watch: true, log });
await startWorker({ config, databaseUrl: config.databaseUrl!, scope: 'pool', registry, log });
