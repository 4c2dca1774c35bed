import { Command } from 'commander';
import { createLog } from '../../platform/log/log.ts';
import { plural } from '../../platform/plural.ts';
import { keepAliveFile } from '../../workers/alive-file.ts';
import { startPool } from '../../workers/pool.ts';
import { protectTask } from '../../workers/task-protection.ts';
import { say } from '../say.ts';
import { type SettingFlags, settle, withSettings } from '../settings.ts';
import { openForWorkers, openUnlessStopped, stopSignal, untilStopped } from '../site.ts';

/** `landfall worker`: runs workers for the coordinator that uses the same database and queue. */
export function workerCommand(): Command {
  return withSettings(new Command('worker'))
    .description('run worker processes that join the pool, on this or another machine')
    .option('--workers <n>', 'worker processes (LANDFALL_WORKERS, default: one per core)')
    .addHelpText(
      'after',
      '\nExample:\n  DATABASE_URL=postgres://db/landfall REDIS_URL=redis://queue LAKE_URL=s3://lake landfall worker --workers 8',
    )
    .action(async (flags: SettingFlags) => {
      const { config } = await settle(flags);
      const log = createLog('worker');
      const signal = stopSignal();
      const database = await openUnlessStopped(signal, openForWorkers(config, log));
      const pool = await startPool({
        config,
        databaseUrl: database.url,
        scope: 'pool',
        count: config.workers,
        log,
      });
      const stopped = untilStopped(undefined, signal);
      const processes = plural(config.workers, 'worker process', 'worker processes');
      const aliveFile = process.env.LANDFALL_ALIVE_FILE;
      const letGo = aliveFile ? keepAliveFile(aliveFile, pool, { log }) : () => {};
      const ecsAgent = process.env.ECS_AGENT_URI;
      const unprotect = ecsAgent ? protectTask(ecsAgent, pool, log) : async () => {};
      say(`${processes} joined the pool (${pool.pids().join(', ')})`);
      await stopped;
      letGo();
      await pool.close();
      await unprotect();
      await database.close();
    });
}
