import { Command } from 'commander';
import {
  type Compacted,
  type CompactOptions,
  compactDataset,
} from '../../../coordinator/commands/compact/compact.ts';
import { openDatabase } from '../../../ledger/open-database.ts';
import { lakeDatasets } from '../../../ledger/tables/lake/parts.ts';
import { durationMs } from '../../../model/compile/duration.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { plural } from '../../../platform/plural.ts';
import { openLake } from '../../../sinks/lake/open-lake.ts';
import { ExitCode } from '../../exit-codes.ts';
import { type SettingFlags, settle, withSettings } from '../../settings.ts';
import { bytes, count, printable } from '../../terminal/format.ts';
import { progressBar } from '../../terminal/progress-bar.ts';

type Flags = SettingFlags & {
  readonly partition: readonly string[];
  readonly targetSize: string;
  readonly minParts: string;
  readonly keepReplaced?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
};

/** `landfall compact [DATASET]`: puts the rows of small parts of the lake into larger ones. */
export function compactCommand(): Command {
  return withSettings(new Command('compact'))
    .description('merge small parts of the lake into larger ones')
    .argument('[dataset]', 'name of the dataset (default: all)')
    .option(
      '--partition <folder>',
      'only partitions in this folder of the dataset, such as year=2018; may be repeated',
      (folder: string, before: readonly string[]) => [...before, folder],
      [],
    )
    .option('--target-size <size>', 'approximate size of the new parts', '128MB')
    .option('--min-parts <n>', 'leave a partition alone that has fewer small parts', '4')
    .option(
      '--keep-replaced <duration>',
      'how long replaced parts stay for readers that have begun (default: LANDFALL_KEEP_REPLACED)',
    )
    .option('--dry-run', 'show what would be done, and do nothing')
    .option('--json', 'print one JSON object per dataset')
    .addHelpText(
      'after',
      '\nMay run beside everything else. Partitions in which a file in flight has parts are left out.\n\nExample:\n  landfall compact\n  landfall compact trips --partition year=2018\n  landfall compact --dry-run\n\nExit code: 0 done, 1 a part cannot be read, 2 invalid usage',
    )
    .action(async (dataset: string | undefined, flags: Flags) => {
      const given = optionsOf(flags);
      // The flag is a duration, and settings are ages.
      const { keepReplaced: _, ...rest } = flags;
      const { config } = await settle(rest);
      const options = { ...given, keepSeconds: given.keepSeconds ?? config.keepReplaced / 1000 };
      const database = await openDatabase(config);
      const bar = progressBar(process.stderr, 'compacting');
      try {
        const { pool } = database;
        const known = await lakeDatasets(pool);
        const datasets = dataset === undefined ? known : [named(dataset, known)];
        const lake = await openLake(pool, config.lakeUrl);
        const onProgress = (done: number, of: number) => bar.show(done, of, plural(of, 'part'));
        for (const name of datasets) {
          const compacted = await compactDataset({ pool, lake }, name, { ...options, onProgress });
          bar.close();
          process.stdout.write(flags.json ? `${JSON.stringify(compacted)}\n` : render(compacted, options));
          if (compacted.skipped.length > 0) process.exitCode = ExitCode.failed;
        }
      } finally {
        bar.close();
        await database.close();
      }
    });
}

/** Throws LF_USAGE. */
function optionsOf({
  partition,
  targetSize,
  minParts: parts,
  keepReplaced: keep,
  dryRun,
}: Flags): Omit<CompactOptions, 'onProgress' | 'keepSeconds'> & { readonly keepSeconds: number | null } {
  const minParts = Number(parts);
  if (!Number.isInteger(minParts) || minParts < 2)
    throw new LandfallError('LF_USAGE', { problem: `--min-parts '${parts}' is no whole number from 2 on` });
  const keepMs = keep === undefined || keep === '0' ? 0 : durationMs(keep);
  if (keepMs === null)
    throw new LandfallError('LF_USAGE', {
      problem: `--keep-replaced '${keep}' is no duration: say 30m, 6h, 1d, or 0`,
    });
  return {
    partitions: partition,
    targetBytes: sizeOf(targetSize),
    minParts,
    keepSeconds: keep === undefined ? null : keepMs / 1000,
    dryRun: dryRun === true,
  };
}

const units: Readonly<Record<string, number>> = { kb: 1e3, mb: 1e6, gb: 1e9 };

/** `128MB` in bytes. Throws LF_USAGE. */
function sizeOf(text: string): number {
  const found = /^(\d{1,6})\s?(kb|mb|gb)$/i.exec(text);
  const size = found === null ? 0 : Number(found[1]) * units[found[2].toLowerCase()];
  if (size > 0) return size;
  throw new LandfallError('LF_USAGE', { problem: `--target-size '${text}' is no size: say 64MB or 1GB` });
}

/** Throws LF_USAGE. */
function named(dataset: string, known: readonly string[]): string {
  if (known.includes(dataset)) return dataset;
  const list = known.join(', ') || 'none';
  throw new LandfallError('LF_USAGE', {
    problem: `${dataset} has no files in the lake; these datasets have: ${list}`,
  });
}

/** Parts that are named, of those that cannot be read. `--json` has all. */
const skippedShown = 10;

function render(compacted: Compacted, { dryRun }: Pick<CompactOptions, 'dryRun'>): string {
  const { dataset, partitions, parts, bytes: sizes, rowsDropped, deleted, skipped } = compacted;
  const verb = dryRun ? 'would be compacted' : 'compacted';
  const size = sizes.after === null ? bytes(sizes.before) : `${bytes(sizes.before)} → ${bytes(sizes.after)}`;
  const what =
    partitions.compacted === 0
      ? `${plural(parts.before, 'part')}, nothing to compact`
      : `${count(parts.before)} → ${plural(parts.after, 'part')}, ${size} in ${plural(partitions.compacted, 'partition')} ${verb}`;
  const notes = [
    partitions.open > 0 &&
      `${plural(partitions.open, 'partition')} left out: files in flight have parts there`,
    rowsDropped > 0 && `${plural(rowsDropped, 'row')} of undone files ${dryRun ? 'would be ' : ''}dropped`,
    deleted.parts > 0 && `${plural(deleted.parts, 'replaced part')} deleted, ${bytes(deleted.bytes)}`,
  ].filter((note) => note !== false);
  const unreadable = skipped
    .slice(0, skippedShown)
    .map(({ path, reason }) => `  ✗ ${printable(path)} stays as it is: ${printable(reason)}\n`);
  const more = skipped.length - unreadable.length;
  if (more > 0) unreadable.push(`  … and ${plural(more, 'more part')}\n`);
  const fix = skipped.length > 0 ? '  → `landfall verify --repair` writes such parts again\n' : '';
  return [`▦ ${dataset}: ${what}\n`, ...notes.map((note) => `  ${note}\n`), ...unreadable, fix].join('');
}
