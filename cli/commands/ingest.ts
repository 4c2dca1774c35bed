import { Command } from 'commander';
import type { IngestResult } from '../../platform/file-receipt.ts';
import { createLog } from '../../platform/log/log.ts';
import { ingestOne, openIngestSite, resultsOfBroken } from '../client/ingest-files.ts';
import { ExitCode, exitCodeOf, worst } from '../exit-codes.ts';
import { type OutageDeadline, whileOpen } from '../load/outlasted.ts';
import { type SettingFlags, settle, withSettings } from '../settings.ts';
import { openUnlessStopped, stopSignal } from '../site.ts';
import { renderReceipt } from '../terminal/render-receipt.ts';
import { attachTerminal } from '../terminal/terminal.ts';

/** `landfall ingest FILE...`: loads files from where they are, with workers of its own, and waits for them. */
export function ingestCommand(): Command {
  return withSettings(new Command('ingest'))
    .description('load files from where they are, and wait until they are loaded')
    .argument('<file...>', 'CSV files to load')
    .option('--dataset <name>', 'dataset of the files (default: the one whose columns match the header)')
    .option('--workers <n>', 'worker processes (LANDFALL_WORKERS, default: one per core)')
    .option('--json', 'print one JSON object per file')
    .addHelpText(
      'after',
      '\nExample:\n  landfall ingest trips-2018.csv --dataset trips\n\nExit code: 0 loaded, 1 failed or not in all marts, 2 invalid usage, 3 more rejects than the limit',
    )
    .action(async (files: string[], flags: SettingFlags & { dataset?: string; json?: boolean }) => {
      const { config, registry } = await settle(flags, { examples: [flags.dataset] });
      const report = (results: readonly IngestResult[]) => {
        for (const result of results) print(result, flags.json === true);
        process.exitCode = worst(results.map(outcome));
      };
      const broken = resultsOfBroken(registry, files, flags.dataset);
      if (broken !== null) return report(broken);
      const signal = stopSignal();
      const opening = openIngestSite(config, registry, createLog('ingest', { level: 'warn' }));
      const site = await openUnlessStopped(signal, opening);
      const terminal = attachTerminal(site.hub);
      const own = new Set<number>();
      const load = async (deadline: OutageDeadline) => {
        const note = (fileId: number) => void own.add(fileId);
        const ingest = (file: string) => ingestOne(site.coordinator, file, flags.dataset, deadline, note);
        const results = await Promise.all(files.map(ingest));
        terminal.close();
        report(results);
      };
      const stop = { signal, own, closeView: () => terminal.close() };
      await whileOpen(site, (deadline) => load(deadline).finally(() => terminal.close()), stop);
    });
}

export function print(result: IngestResult, json: boolean): void {
  if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else if (result.receipt) process.stdout.write(renderReceipt(result.receipt));
  else
    process.stdout.write(
      `✗ ${result.file}: ${result.error?.message} [${result.error?.code}]\n  → ${result.error?.fix}\n`,
    );
}

/** A file that is loaded but missing from a mart that cannot be refreshed is not what was asked for. */
export function outcome({ error, receipt }: IngestResult): ExitCode {
  if (error) return exitCodeOf(error.code);
  return receipt?.marts?.some((mart) => mart.error !== null) ? ExitCode.failed : ExitCode.success;
}
