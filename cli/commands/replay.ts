import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { findFile } from '../../coordinator/commands/find-file.ts';
import { createLog } from '../../platform/log/log.ts';
import { ExitCode } from '../exit-codes.ts';
import { type OutageDeadline, unlessOutlasted, whileOpen } from '../outlasted.ts';
import { type SettingFlags, settle, withSettings } from '../settings.ts';
import { openSite } from '../site.ts';
import { printable } from '../terminal/format.ts';
import { attachTerminal } from '../terminal/terminal.ts';
import { outcome, print, resultOf } from './ingest.ts';

/** `landfall replay FILE`: loads the rejects of a file, or the whole file, again, with workers of its own. */
export function replayCommand(): Command {
  return withSettings(new Command('replay'))
    .description('load the waiting rejects of a file again, or the whole file if it failed or was undone')
    .argument('<file>', 'name of the file as it landed, dataset/name, or its number in the ledger')
    .option('--whole', 'undo a loaded file and load it again as a whole')
    .option('--workers <n>', 'worker processes (LANDFALL_WORKERS, default: one per core)')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExample:\n  landfall replay trips-2018.csv   (after the definition has been fixed)\n\nExit code: 0 loaded, or no reject waits; 1 failed, 2 invalid usage, 3 more rejects than the limit',
    )
    .action(async (text: string, flags: SettingFlags & { whole?: boolean; json?: boolean }) => {
      const { config, registry } = await settle(flags);
      const scope = `replay-${randomBytes(6).toString('hex')}`;
      const log = createLog('replay', { level: 'warn' });
      const shown = { reportsFiles: true, showsDefinitions: true };
      const roles = { workers: config.workers, watch: false, serve: false, ...shown };
      const site = await openSite({ config, registry, scope, ...roles, log });
      const terminal = attachTerminal(site.hub);
      const replay = async (deadline: OutageDeadline) => {
        const file = await findFile(site.database.pool, text);
        const started = site.coordinator.replay(file.fileId, { whole: flags.whole });
        const fileId = await unlessOutlasted(started, deadline);
        if (fileId === null) {
          const { name, dataset } = file;
          if (flags.json)
            process.stdout.write(`${JSON.stringify({ file: name, dataset, status: 'nothing' })}\n`);
          else process.stdout.write(`${printable(name)}: there are no rejects to replay\n`);
          process.exitCode = ExitCode.success;
          return;
        }
        const receipt = await unlessOutlasted(site.coordinator.settled(fileId), deadline);
        const result = resultOf(file.name, receipt);
        terminal.close();
        print(result, flags.json === true);
        process.exitCode = outcome(result);
      };
      await whileOpen(site, (deadline) => replay(deadline).finally(() => terminal.close()));
    });
}
