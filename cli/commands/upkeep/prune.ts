import { Command } from 'commander';
import { type Pruned, prune } from '../../../coordinator/commands/prune.ts';
import { addressesIn } from '../../../coordinator/finalise/put-away.ts';
import { openDatabase } from '../../../ledger/open-database.ts';
import type { Config } from '../../../platform/config/config.ts';
import { ageMs, type KeepRule, type KeptKind, keptKinds } from '../../../platform/config/keep.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { plural } from '../../../platform/plural.ts';
import { openLake } from '../../../sinks/lake/open-lake.ts';
import { type SettingFlags, settle, withSettings } from '../../settings.ts';
import { bytes, printable } from '../../terminal/format.ts';

type Flags = SettingFlags & {
  readonly olderThan?: string;
  readonly only?: readonly string[];
  readonly dataset?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
};

/** Without --only: what nobody can miss but who looks into the past. */
const usual: readonly KeptKind[] = ['failed', 'quarantine', 'detail', 'deliveries'];

/** `landfall prune`: gives up what is left of files that ended long ago. */
export function pruneCommand(): Command {
  return withSettings(new Command('prune'))
    .description('give up what is left of files that ended long ago; what star and lake show stays as it is')
    .option(
      '--older-than <age>',
      'of files that ended at least this long ago: 12h, 90d, 6w, 2y (default: LANDFALL_KEEP)',
    )
    .option(
      '--only <kind...>',
      `${keptKinds.join(', ')} (default with --older-than: ${usual.join(', ')}; else all of LANDFALL_KEEP)`,
    )
    .option('--dataset <name>', 'only of this dataset')
    .option('--dry-run', 'show what would be given up, and change nothing')
    .option('--json', 'print one JSON object per kind and dataset')
    .addHelpText(
      'after',
      `
  archive     archived files: they can then be undone, but no longer loaded again, repaired or rebuilt
  failed      failed files, and why they failed
  quarantine  rejects as Parquet in the lake; the ledger has them too
  detail      chunks and rejects of files that failed or were undone; receipts stay
  deliveries  what webhooks were told, or were not

Example:
  landfall prune --older-than 90d --dry-run
  LANDFALL_KEEP='failed=90d, detail=180d, orders.archive=2y' landfall prune`,
    )
    .action(async (flags: Flags) => {
      const { config } = await settle(flags);
      const options = { rules: rulesOf(flags, config), dataset: flags.dataset ?? null, now: new Date() };
      const database = await openDatabase(config);
      try {
        const { pool } = database;
        const lake = await openLake(pool, config.lakeUrl);
        const [archive, failed] = await Promise.all([
          addressesIn(config.archiveUrl),
          addressesIn(config.failedUrl),
        ]);
        const dry = flags.dryRun === true;
        let some = false;
        for await (const pruned of prune({ pool, lake, places: { archive, failed } }, { ...options, dry })) {
          some = true;
          process.stdout.write(flags.json ? `${JSON.stringify(pruned)}\n` : lineOf(pruned, dry));
        }
        if (!some && !flags.json) process.stdout.write('There is nothing to give up.\n');
      } finally {
        await database.close();
      }
    });
}

/** Throws LF_USAGE. */
function rulesOf({ olderThan, only }: Flags, { keep }: Config): readonly KeepRule[] {
  const unknown = only?.find((kind) => !(keptKinds as readonly string[]).includes(kind));
  if (unknown !== undefined) throw usage(`--only ${unknown} is none of ${keptKinds.join(', ')}`);
  const kinds = only as readonly KeptKind[] | undefined;
  if (olderThan === undefined) {
    if (keep.length === 0)
      throw usage('say how old, as in `landfall prune --older-than 90d`, or set LANDFALL_KEEP');
    return kinds === undefined ? keep : keep.filter(({ kind }) => kinds.includes(kind));
  }
  const ms = ageMs(olderThan);
  if (ms === null) throw usage(`--older-than '${olderThan}' is no age such as 12h, 90d, 6w or 2y`);
  return (kinds ?? usual).map((kind) => ({ dataset: null, kind, ms }));
}

function usage(problem: string): LandfallError {
  return new LandfallError('LF_USAGE', { problem });
}

function lineOf(pruned: Pruned, dry: boolean): string {
  const { dataset, kind, before, files, kept } = pruned;
  const what = kind === 'quarantine' ? plural(files, 'object') : plural(files, 'file');
  const size = kind === 'detail' ? plural(pruned.rows, 'row') : bytes(pruned.bytes);
  const much = kind === 'deliveries' ? plural(pruned.rows, 'row') : `${what}, ${size}`;
  const line = `${dry ? '·' : '✓'} ${printable(dataset)} ${kind}: ${much}, ended before ${before.toISOString()}\n`;
  const stay = [
    kept.rejects > 0 && `  ${plural(kept.rejects, 'file')} kept: rejects wait, see \`landfall rejects\`\n`,
    kept['in use'] > 0 && `  ${plural(kept['in use'], 'file')} kept: a later file needs the same object\n`,
    kind === 'archive' &&
      files > 0 &&
      `  ${dry ? 'can then' : 'can now'} be undone, and not loaded again, repaired or rebuilt\n`,
  ];
  return line + stay.filter((text) => text !== false).join('');
}
