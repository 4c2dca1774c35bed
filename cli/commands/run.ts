import { Command } from 'commander';
import { sourceNamed } from '../../coordinator/fetch/find-source.ts';
import { requestRun, windowAsked } from '../../coordinator/fetch/request-run.ts';
import { followEarlier, followRuns, printRun, withCoordinator } from '../load/follow-runs.ts';
import { type SettingFlags, settle, withSettings } from '../settings.ts';
import { notedAsUser } from './upkeep/actions.ts';

type RunFlags = SettingFlags & {
  readonly from?: string;
  readonly to?: string;
  readonly again?: boolean;
  readonly json?: boolean;
};

/** `landfall run SOURCE`: fetches a source now, and waits until its files are loaded. */
export function runCommand(): Command {
  return withSettings(new Command('run'))
    .description('fetch a source now, and wait until its files are loaded')
    .argument('<source>', 'DATASET.SOURCE, or the name of the source if no other has it')
    .option(
      '--from <instant>',
      'where the window begins: 2026-01-01, or 2026-01-01T06:00Z (default: the end of the last one, if the source has a schedule)',
    )
    .option('--to <instant>', 'where the window ends (default: now)')
    .option('--again', 'fetch again what is already done')
    .option('--workers <n>', 'worker processes (LANDFALL_WORKERS, default: one per core)')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nThe coordinator of the database carries it out. If none is running, the command does so itself.\n\nExample:\n  landfall run orders.shop\n\nExit code: 0 loaded, 1 failed, 2 invalid usage, 3 more rejects than the limit',
    )
    .action(async (name: string, flags: RunFlags) => {
      const { config, registry } = await settle(flags, { examples: [name.split('.')[0]] });
      const found = sourceNamed(registry, name);
      await withCoordinator({ config, registry, name: 'run' }, async (pool) => {
        const window = await windowAsked(pool, found, flags);
        const { again = false } = flags;
        const asked = {
          what: 'run',
          target: `${found.dataset}.${found.source.name}`,
          details: { window, again },
        };
        const run = await notedAsUser(pool, asked, () => requestRun(pool, found, window, { again }));
        process.exitCode = await followRuns(pool, [run.runId], (result) =>
          printRun(result, flags.json === true),
        );
        await followEarlier(pool, found.dataset, found.source.name);
      });
    });
}
