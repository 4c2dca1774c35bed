import { Command } from 'commander';
import { datasetNamed } from '../../model/registry.ts';
import { ddlOf } from '../../sinks/open-sinks.ts';
import { type SettingFlags, settle, withSettings } from '../settings.ts';

/** `landfall ddl DATASET`: prints the SQL of a dataset without connecting to a server. */
export function ddlCommand(): Command {
  return withSettings(new Command('ddl'))
    .description('print the SQL that creates the dimensions, the fact table and the marts of a dataset')
    .argument('<dataset>', 'name of a dataset')
    .option('--json', 'print the statements as a JSON array')
    .addHelpText('after', '\nExample:\n  landfall ddl trips | psql "$DATABASE_URL"')
    .action(async (name: string, flags: SettingFlags & { json?: boolean }) => {
      const { registry } = await settle(flags, { examples: [name] });
      const dataset = datasetNamed(registry, name);
      const statements = ddlOf(dataset);
      const nothing = `-- ${name} has no star (star: 'none'): its rows are only in the lake.\n`;
      const script = statements.map((text) => `${text.trim().replace(/;$/, '')};\n`).join('\n');
      process.stdout.write(flags.json ? `${JSON.stringify(statements)}\n` : script || nothing);
    });
}
