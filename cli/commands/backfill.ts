import { Command } from 'commander';
import { sourceNamed } from '../../coordinator/fetch/find-source.ts';
import { backfillWindows, parallelMost, requestBackfill } from '../../coordinator/schedule/backfill.ts';
import { instantsOf, type Span } from '../../coordinator/schedule/due-windows.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { plural } from '../../platform/plural.ts';
import { followEarlier, followRuns, printRun, withCoordinator } from '../load/follow-runs.ts';
import { type SettingFlags, settle, withSettings } from '../settings.ts';
import { notedAsUser } from './upkeep/actions.ts';

type BackfillFlags = SettingFlags & {
  readonly from: string;
  readonly to: string;
  readonly step?: string;
  readonly parallel: string;
  readonly dryRun?: boolean;
  readonly again?: boolean;
  readonly json?: boolean;
};

/** `landfall backfill SOURCE --from --to`: fetches past windows of a source, behind its live runs. */
export function backfillCommand(): Command {
  return withSettings(new Command('backfill'))
    .description('fetch past windows of a source, and wait until their files are loaded')
    .argument('<source>', 'DATASET.SOURCE, or the name of the source if no other has it')
    .requiredOption('--from <instant>', 'where the first window begins: 2026-01-01, or 2026-01-01T06:00Z')
    .requiredOption('--to <instant>', 'where the last window ends')
    .option('--step <duration>', "length of a window, such as 1d (default: the schedule's windows)")
    .option('--parallel <n>', `windows at the same time, 1 to ${parallelMost}`, '1')
    .option('--dry-run', 'show the windows and fetch nothing')
    .option('--again', 'fetch again what is already done')
    .option('--workers <n>', 'worker processes (LANDFALL_WORKERS, default: one per core)')
    .option('--json', 'print one JSON object per window')
    .addHelpText(
      'after',
      '\nRepeat the command to resume: windows that are done are left out. Live runs of the source come first.\n\nExample:\n  landfall backfill orders.shop --from 2026-01-01 --to 2026-02-01 --step 1d --parallel 2\n\nExit code: 0 loaded, 1 failed, 2 invalid usage, 3 more rejects than the limit',
    )
    .action(async (name: string, flags: BackfillFlags) => {
      const parallel = parallelOf(flags.parallel);
      const { config, registry } = await settle(flags, { examples: [name.split('.')[0]] });
      const { dataset, source } = sourceNamed(registry, name);
      const spans = backfillWindows(`${dataset}.${source.name}`, source.schedule, flags);
      if (flags.dryRun) return printWindows(spans, flags.json === true);
      await withCoordinator({ config, registry, name: 'backfill' }, async (pool) => {
        const asked = { windows: spans, parallel, again: flags.again === true };
        const { from, to, step } = flags;
        const noted = { what: 'backfill', target: `${dataset}.${source.name}`, details: { from, to, step } };
        const request = () => requestBackfill(pool, { dataset, source: source.name }, asked);
        const { wanted, done } = await notedAsUser(pool, noted, request);
        if (done > 0 && !flags.json) process.stdout.write(`${plural(done, 'window')} already done\n`);
        const ids = wanted.map(({ runId }) => runId);
        process.exitCode = await followRuns(pool, ids, (result) => printRun(result, flags.json === true));
        await followEarlier(pool, dataset, source.name);
      });
    });
}

function parallelOf(text: string): number {
  const parallel = Number(text);
  if (Number.isInteger(parallel) && parallel >= 1 && parallel <= parallelMost) return parallel;
  throw new LandfallError('LF_USAGE', { problem: `--parallel takes a number from 1 to ${parallelMost}` });
}

function printWindows(spans: readonly Span[], json: boolean): void {
  for (const window of spans.map(instantsOf))
    process.stdout.write(json ? `${JSON.stringify(window)}\n` : `${window.from} – ${window.to}\n`);
}
