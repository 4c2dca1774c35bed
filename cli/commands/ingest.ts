import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { notUsable } from '../../model/registry.ts';
import { describeError } from '../../platform/errors/errors.ts';
import type { Receipt } from '../../platform/file-receipt.ts';
import { createLog } from '../../platform/log/log.ts';
import { ExitCode, exitCodeOf, worst } from '../exit-codes.ts';
import { type OutageDeadline, unlessOutlasted, whileOpen } from '../outlasted.ts';
import { type SettingFlags, settle, withSettings } from '../settings.ts';
import { openSite, type Site } from '../site.ts';
import { renderReceipt } from '../terminal/render-receipt.ts';
import { attachTerminal } from '../terminal/terminal.ts';

/** One line of `ingest --json`, and of `replay --json`. */
export interface IngestResult {
  readonly file: string;
  readonly dataset: string | null;
  readonly status: Receipt['status'];
  readonly rows: Receipt['rows'];
  readonly bytes: number;
  readonly parts: number;
  readonly seconds: number;
  readonly rowsPerSecond: number;
  readonly receipt: Receipt | null;
  readonly error?: { readonly code: string; readonly message: string; readonly fix: string };
}

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
      const broken = registry.broken().some(({ dataset }) => dataset === flags.dataset);
      if (flags.dataset !== undefined && broken) {
        const error = notUsable(registry, flags.dataset);
        for (const file of files) print(failed(file, flags.dataset, error), flags.json === true);
        process.exitCode = exitCodeOf(error.code);
        return;
      }
      const scope = `ingest-${randomBytes(6).toString('hex')}`;
      const log = createLog('ingest', { level: 'warn' });
      const site = await openSite({
        config,
        registry,
        scope,
        workers: config.workers,
        watch: false,
        serve: false,
        reportsFiles: true,
        showsDefinitions: true,
        log,
      });
      const terminal = attachTerminal(site.hub);
      await whileOpen(site, async (deadline) => {
        try {
          const ingest = (file: string) => ingestOne(site, file, flags.dataset, deadline);
          const results = await Promise.all(files.map(ingest));
          terminal.close();
          for (const result of results) print(result, flags.json === true);
          process.exitCode = worst(results.map(outcome));
        } finally {
          terminal.close();
        }
      });
    });
}

/** Loads one file. An error becomes its result, so that the other files are still loaded. */
async function ingestOne(
  { coordinator }: Site,
  file: string,
  dataset: string | undefined,
  deadline: OutageDeadline,
): Promise<IngestResult> {
  const load = async () => coordinator.settled(await coordinator.submit({ path: resolve(file), dataset }));
  try {
    return resultOf(file, await unlessOutlasted(load(), deadline));
  } catch (error) {
    return failed(file, dataset, error);
  }
}

/** The result of a file that is not in the ledger. */
function failed(file: string, dataset: string | undefined, error: unknown): IngestResult {
  const rows = { parsed: 0, loaded: 0, rejected: 0, deduplicated: 0 };
  return {
    file,
    dataset: dataset ?? null,
    status: 'failed',
    rows,
    bytes: 0,
    parts: 0,
    seconds: 0,
    rowsPerSecond: 0,
    receipt: null,
    error: describeError(error),
  };
}

export function resultOf(file: string, receipt: Receipt): IngestResult {
  const { parsed, loaded, rejected, deduplicated } = receipt.rows;
  return {
    file,
    dataset: receipt.dataset,
    status: receipt.status,
    rows: { parsed, loaded, rejected, deduplicated },
    bytes: receipt.bytes,
    parts: receipt.parts,
    seconds: receipt.seconds,
    rowsPerSecond: receipt.rowsPerSecond,
    receipt,
    ...(receipt.error && { error: receipt.error }),
  };
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
