import { Command } from 'commander';
import type { Standby } from '../../coordinator/contract.ts';
import { logBacklog } from '../../coordinator/metrics/backlog.ts';
import { createLog } from '../../platform/log/log.ts';
import { say } from '../say.ts';
import { type SettingFlags, settle, withSettings } from '../settings.ts';
import { closeWhen, openSite, openUnlessStopped, stopSignal, untilStopped } from '../site.ts';

/** `landfall coordinator`: runs the coordinator and serves the dashboard. Workers run elsewhere. */
export function coordinatorCommand(): Command {
  return withSettings(new Command('coordinator'))
    .description('run the coordinator and the dashboard; workers run elsewhere')
    .option('--host <address>', 'address to listen on (LANDFALL_HOST, default 127.0.0.1)')
    .option('--port <n>', 'port of the dashboard (LANDFALL_PORT, default 8080)')
    .option('--standby', 'wait while another coordinator leads, and take over when it is gone')
    .addHelpText(
      'after',
      '\nExample:\n  DATABASE_URL=postgres://db/landfall REDIS_URL=redis://queue landfall coordinator --host 0.0.0.0',
    )
    .action(async ({ standby: waits, ...flags }: SettingFlags & { standby?: true }) => {
      const { config, registry } = await settle(flags);
      const signal = stopSignal();
      const standby = waits && standingBy(signal);
      const whole = { scope: 'pool', workers: 0, watch: true, serve: true };
      const opening = openSite({ config, registry, standby, ...whole });
      const site = await openUnlessStopped(signal, opening).catch((error) => {
        if (error !== standby?.signal.reason) throw error;
        say('Stopped while standing by.');
      });
      if (site === undefined) return;
      const stopped = untilStopped(site, signal);
      say(`coordinator is up: ${site.url}`);
      const quiet = logBacklog(() => site.hub.snapshot().state, config, createLog('coordinator'));
      await closeWhen(stopped, site, config);
      quiet();
    });
}

/** Waits for the coordinator that leads, until the process is told to stop. */
function standingBy(stopped: Promise<null>): Standby {
  const stop = new AbortController();
  void stopped.then(() => stop.abort());
  return {
    signal: stop.signal,
    onWaiting: (error, url) => say(`standing by on ${url}: ${error.message}`),
  };
}
