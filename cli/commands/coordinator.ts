import { Command } from 'commander';
import { type SettingFlags, settle, withSettings } from '../settings.ts';
import { closeInTime, openSite, openUnlessStopped, stopSignal, untilStopped } from '../site.ts';

/** `landfall coordinator`: runs the coordinator and serves the dashboard. Workers run elsewhere. */
export function coordinatorCommand(): Command {
  return withSettings(new Command('coordinator'))
    .description('run the coordinator and the dashboard; workers run elsewhere')
    .option('--host <address>', 'address to listen on (LANDFALL_HOST, default 127.0.0.1)')
    .option('--port <n>', 'port of the dashboard (LANDFALL_PORT, default 8080)')
    .addHelpText(
      'after',
      '\nExample:\n  DATABASE_URL=postgres://db/landfall REDIS_URL=redis://queue landfall coordinator --host 0.0.0.0',
    )
    .action(async (flags: SettingFlags) => {
      const { config, registry } = await settle(flags);
      const signal = stopSignal();
      const opening = openSite({ config, registry, scope: 'pool', workers: 0, watch: true, serve: true });
      const site = await openUnlessStopped(signal, opening);
      const stopped = untilStopped(site, signal);
      process.stderr.write(`coordinator is up: ${site.url}\n`);
      try {
        await stopped;
      } finally {
        await closeInTime(site, config);
      }
    });
}
