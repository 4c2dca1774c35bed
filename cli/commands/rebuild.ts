import { Command } from 'commander';
import { newestReferences } from '../../coordinator/plan/settle-references.ts';
import { createKernel } from '../../kernel/kernel.ts';
import { Ledger } from '../../ledger/ledger.ts';
import { openDatabase } from '../../ledger/open-database.ts';
import { datasetNamed } from '../../model/registry.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { plural } from '../../platform/plural.ts';
import { openLake } from '../../sinks/lake/open-lake.ts';
import { StarSink } from '../../sinks/postgres/star-sink.ts';
import { rebuildDataset } from '../../workers/rebuild/rebuild-dataset.ts';
import { type SettingFlags, settle, withSettings } from '../settings.ts';
import { printable } from '../terminal/format.ts';

/** `landfall rebuild DATASET`: builds the star of a dataset again, with its current definition. */
export function rebuildCommand(): Command {
  return withSettings(new Command('rebuild'))
    .description("build a dataset's star again from its loaded files, with the current mode, key and order")
    .argument('<dataset>', 'name of the dataset')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExample:\n  landfall rebuild orders   (the mode is upsert now; people read the old star until the new one is complete)',
    )
    .action(async (name: string, flags: SettingFlags & { json?: boolean }) => {
      const { config, registry } = await settle(flags);
      const dataset = datasetNamed(registry, name);
      if (dataset.star === null)
        throw new LandfallError('LF_USAGE', { problem: `${name} has no star: there is nothing to rebuild` });
      const database = await openDatabase(config);
      try {
        const { pool } = database;
        const star = new StarSink(pool);
        const rebuilt = await rebuildDataset(dataset, {
          ...{ pool, star, ledger: new Ledger(pool), lake: await openLake(pool, config.lakeUrl) },
          kernel: await createKernel(),
          signal: new AbortController().signal,
          references: () => newestReferences({ pool }, dataset),
          onFile: (file) => {
            if (!flags.json) process.stderr.write(`  ${printable(file.name)}\n`);
          },
        });
        await star.ended(dataset);
        const { files, rows } = rebuilt;
        if (flags.json) process.stdout.write(`${JSON.stringify({ dataset: name, files, rows })}\n`);
        else
          process.stdout.write(
            `↻ ${name}: the star is rebuilt from ${plural(files, 'file')} with ${plural(rows, 'row')}\n`,
          );
      } finally {
        await database.close();
      }
    });
}
