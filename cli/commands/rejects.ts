import { resolve } from 'node:path';
import { Command } from 'commander';
import { findFile } from '../../coordinator/commands/find-file.ts';
import { exportToFile, reportRejects } from '../../coordinator/commands/list-rejects.ts';
import { openDatabase } from '../../ledger/open-database.ts';
import { plural } from '../../platform/plural.ts';
import { type SettingFlags, settle, withSettings } from '../settings.ts';
import { printable } from '../terminal/format.ts';
import { renderRejects } from '../terminal/render-rejects.ts';
import { wholeNumber } from './generate.ts';

type RejectsFlags = SettingFlags & {
  readonly limit: number;
  readonly json?: boolean;
  readonly export?: string;
  readonly excelSafe?: boolean;
};

const formulaWarning =
  'Its cells are as they came, and a spreadsheet may run formulas in them: --excel-safe guards them.';

/** `landfall rejects FILE`: shows the rejects of a file by code and column, with examples. */
export function rejectsCommand(): Command {
  return withSettings(new Command('rejects'))
    .description('show which rows of a file were rejected and why, and export them for correction')
    .argument('<file>', 'name of the file as it landed, dataset/name, or its number in the ledger')
    .option(
      '--export <out.csv>',
      'write the rejected rows to a CSV file, or those of JSON to lines, with the reason in added columns',
    )
    .option('--excel-safe', 'with --export: guard cells that a spreadsheet would run as formulas')
    .option('--limit <n>', 'number of examples of each kind', wholeNumber('--limit'), 3)
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExample:\n  landfall rejects trips-2018.csv --export corrected.csv\n  (correct the rows in corrected.csv)\n  mv corrected.csv landing/trips/',
    )
    .action(async (text: string, flags: RejectsFlags) => {
      const { config, registry } = await settle(flags);
      const database = await openDatabase(config);
      try {
        const file = await findFile(database.pool, text);
        const report = await reportRejects(database.pool, file, { examples: flags.limit });
        const { export: out, excelSafe = false } = flags;
        const exported = out
          ? await exportToFile(database.pool, registry, file, resolve(out), { excelSafe })
          : null;
        if (flags.json) {
          const written = out ? { exported: { file: out, rows: exported } } : {};
          process.stdout.write(`${JSON.stringify({ ...report, ...written })}\n`);
          return;
        }
        process.stdout.write(renderRejects(report));
        if (exported === null) return;
        const said =
          exported > 0
            ? `Wrote ${plural(exported, 'row')} to ${printable(out!)}`
            : 'There are no rejects to export';
        const isTable = file.layout?.format === undefined;
        const warning = exported > 0 && isTable && !excelSafe ? ` ${formulaWarning}` : '';
        process.stderr.write(`${said}.${warning}\n`);
      } finally {
        await database.close();
      }
    });
}
