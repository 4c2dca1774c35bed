import { Command } from 'commander';
import { datasetNamed } from '../../model/registry.ts';
import { ddlOf } from '../../sinks/open-sinks.ts';
import { type SettingFlags, settle, withSettings } from '../settings.ts';

/** `landfall ddl DATASET`: the SQL it would run; touches nothing. */
export function ddlCommand(): Command {
  return withSettings(new Command('ddl'))
    .description('print the SQL of a dataset: dimensions, fact table, marts')
    .argument('<dataset>', 'name of a dataset')
    .option('--json', 'the statements as a JSON array')
    .addHelpText('after', '\nExample:\n  landfall ddl trips | psql "$DATABASE_URL"')
    .action(async (name: string, flags: SettingFlags & { json?: boolean }) => {
      const { registry } = await settle(flags, { examples: [name] });
      const dataset = datasetNamed(registry, name);
      const statements = ddlOf(dataset);
      const nothing = `-- ${name} has no star (star: 'none'): its rows are in the lake alone.\n`;
      const script = statements.map((text) => `${text.trim().replace(/;$/, '')};\n`).join('\n');
      process.stdout.write(flags.json ? `${JSON.stringify(statements)}\n` : script || nothing);
    });
}
