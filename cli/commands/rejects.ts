import { Command } from 'commander';
import { openDatabase } from '../../platform/database.ts';
import { LandfallError } from '../../platform/errors.ts';
import { Ledger } from '../../platform/ledger/ledger.ts';
import { type SettingFlags, settle, withSettings } from '../settings.ts';
import { count, printable, shorten } from '../terminal/format.ts';
import { wholeNumber } from './generate.ts';

/** `landfall rejects FILE`: what was not loaded of a file, by code, with examples. */
export function rejectsCommand(): Command {
  return withSettings(new Command('rejects'))
    .description('show the rows of a file that were not loaded, and why')
    .argument('<file>', 'name of the file as it landed, or its number in the ledger')
    .option('--limit <n>', 'how many examples', wholeNumber('--limit'), 20)
    .option('--json', 'one JSON object on standard output')
    .addHelpText('after', '\nExample:\n  landfall rejects trips-2018.csv')
    .action(async (file: string, flags: SettingFlags & { limit: number; json?: boolean }) => {
      const { config } = await settle(flags);
      const database = await openDatabase(config);
      try {
        const ledger = new Ledger(database.pool);
        const found = (await ledger.files({}))
          .filter((entry) => entry.name === file || String(entry.fileId) === file)
          .at(-1);
        if (!found) throw new LandfallError('LF_FILE_UNKNOWN', { file });
        const [counts, examples] = await Promise.all([
          ledger.rejectCounts(found.fileId),
          ledger.rejects(found.fileId, { limit: flags.limit }),
        ]);
        if (flags.json) {
          process.stdout.write(
            `${JSON.stringify({ file: found.name, fileId: found.fileId, counts, examples })}\n`,
          );
          return;
        }
        process.stdout.write(
          `${printable(found.name)}: ${count(Object.values(counts).reduce((sum, n) => sum + n, 0))} rejects\n`,
        );
        for (const [code, number] of Object.entries(counts))
          process.stdout.write(`  ${count(number)} × ${code}\n`);
        for (const reject of examples) {
          process.stdout.write(
            `\nline ${count(reject.line)}, byte ${count(reject.byteOffset)}${reject.column ? `, ${reject.column}` : ''}: ${reject.message} [${reject.code}]\n`,
          );
          process.stdout.write(`  ${shorten(printable(reject.raw), 160)}\n`);
        }
      } finally {
        await database.close();
      }
    });
}
