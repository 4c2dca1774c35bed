import { Command } from 'commander';
import { findFile } from '../../coordinator/commands/find-file.ts';
import { foretellUndo, undoAndCount } from '../../coordinator/commands/undo-effect.ts';
import type { OnGone } from '../../coordinator/context.ts';
import { Ledger } from '../../ledger/ledger.ts';
import { openDatabase } from '../../ledger/open-database.ts';
import { plural } from '../../platform/plural.ts';
import type { UndoEffect } from '../../platform/progress/file-effects.ts';
import { openLake } from '../../sinks/lake/open-lake.ts';
import { openSinks } from '../../sinks/open-sinks.ts';
import type { MartFailure } from '../../sinks/postgres/marts/refresh-marts.ts';
import { ExitCode } from '../exit-codes.ts';
import { type SettingFlags, settle, withSettings } from '../settings.ts';
import { printable } from '../terminal/format.ts';
import { notedAsUser } from './upkeep/actions.ts';

/** `landfall undo FILE`: removes what a file has loaded. */
export function undoCommand(): Command {
  return withSettings(new Command('undo'))
    .description('remove the rows, parts and rejects of a loaded file, and of the files that correct it')
    .argument('<file>', 'name of the file as it landed, dataset/name, or its number in the ledger')
    .option('--dry-run', 'say what would be taken out, and change nothing')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExample:\n  landfall undo trips-2018.csv\n  landfall replay trips-2018.csv   (loads it again from the archive)',
    )
    .action(async (text: string, flags: SettingFlags & { dryRun?: boolean; json?: boolean }) => {
      const { config, registry } = await settle(flags);
      const database = await openDatabase(config);
      try {
        const { pool } = database;
        const file = await findFile(pool, text, { wanted: ['done'], only: true });
        const sinks = openSinks({ pool, lake: await openLake(pool, config.lakeUrl) });
        const failed: MartFailure[] = [];
        const onMartFailure = (failure: MartFailure) => void failed.push(failure);
        const tools = { pool, ledger: new Ledger(pool), registry, sinks, onGone, onMartFailure };
        const { files, events } = flags.dryRun
          ? await foretellUndo(tools, file.fileId)
          : await notedAsUser(
              pool,
              { what: 'undo', target: `${file.fileId}:${file.name}`, details: null },
              () => undoAndCount(tools, file.fileId, 'undone by hand'),
            );
        const marts = failed.map(({ name, error }) => ({ name, ...error.toJSON() }));
        if (flags.json)
          process.stdout.write(
            `${JSON.stringify({ file: file.name, [flags.dryRun ? 'would' : 'undone']: files, events, marts })}\n`,
          );
        else if (files.length === 0) process.stdout.write(`${printable(file.name)} is already undone\n`);
        for (const { fileId, dataset, file: name, rows, parts } of flags.json ? [] : files) {
          const what = `${dataset}/${printable(name)} (file ${fileId})`;
          const taken = flags.dryRun ? 'would be taken out' : 'taken out';
          process.stdout.write(`↶ ${what}: ${plural(rows, 'row')} and ${plural(parts, 'part')} ${taken}\n`);
        }
        if (!flags.json && events !== null) process.stdout.write(eventsLine(events, flags.dryRun === true));
        for (const { message, fix, code } of marts)
          process.stderr.write(`✗ ${printable(message)} [${code}]\n  → ${printable(fix)}\n`);
        if (marts.length > 0) process.exitCode = ExitCode.failed;
      } finally {
        await database.close();
      }
    });
}

/** On standard error: what is taken out is the same. */
const onGone: OnGone = ({ dataset, name }, what) =>
  void process.stderr.write(
    `${what} does not exist any more: the rows of ${dataset}/${printable(name)} went with it\n`,
  );

function eventsLine({ leaving, returning }: NonNullable<UndoEffect['events']>, isTrial: boolean): string {
  const leave = isTrial ? 'would leave' : 'left';
  const back = returning === null ? 'an unknown number' : returning.toLocaleString('en-US');
  const become = isTrial ? 'would become' : 'became';
  return `  ${plural(leaving, 'current event')} ${leave} the star, ${back} of other files ${become} current again\n`;
}
