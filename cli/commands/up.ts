import { Command } from 'commander';
import type { Registry } from '../../model/registry.ts';
import type { Config } from '../../platform/config/config.ts';
import { isForPeople } from '../../platform/log/log.ts';
import { howToAsk } from '../ask/how-to-ask.ts';
import { keptWords } from '../load/stopped.ts';
import { say } from '../say.ts';
import { type SettingFlags, settle, withSettings } from '../settings.ts';
import { closeWhen, openUnlessStopped, openWholeSite, stopSignal, untilStopped } from '../site.ts';
import { attachTerminal } from '../terminal/terminal.ts';

/** `landfall up`: runs everything on this machine until it is stopped. */
export function upCommand(): Command {
  return withSettings(new Command('up'))
    .description('run everything on this machine: database, coordinator, workers, dashboard')
    .option('--workers <n>', 'worker processes (LANDFALL_WORKERS, default: one per core)')
    .option('--host <address>', 'address to listen on (LANDFALL_HOST, default 127.0.0.1)')
    .option('--port <n>', 'port of the dashboard (LANDFALL_PORT, default 8080)')
    .addHelpText('after', '\nExample:\n  landfall up --workers 4\n  cp trips.csv landing/trips/')
    .action(async (flags: SettingFlags) => {
      const { config, registry } = await settle(flags);
      const signal = stopSignal();
      const opening = openWholeSite(config, registry, { showsDefinitions: true });
      const site = await openUnlessStopped(signal, opening);
      const terminal = isForPeople() ? attachTerminal(site.hub) : null;
      const stopped = untilStopped(site, signal);
      say(
        `Landfall is up: ${site.url}\n  ${whatToDrop(config, registry)}\n  ${howToAsk}\n  press Ctrl-C to stop`,
      );
      const stopping = stopped.finally(() => {
        terminal?.close();
        say('Stopping. Chunks in flight are finished or given back.');
      });
      await closeWhen(stopping, site, config);
      say(keptWords(site.hub.snapshot().state));
    });
}

/** Where to drop files, or how to define a dataset if there is none. */
function whatToDrop({ landingUrl }: Config, registry: Registry): string {
  const names = registry.names();
  if (names.length > 0) return `drop files into ${landingUrl}/<dataset>/ (${names.join(', ')})`;
  return 'there is no dataset yet: `landfall init FILE` writes a definition, which is used at once';
}
