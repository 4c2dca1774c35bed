import { Command } from 'commander';
import { maskUrl } from '../../platform/config/config.ts';
import { type SettingFlags, settle, withSettings } from '../settings.ts';
import { withDatabase } from './with-database.ts';

/** `landfall url`: prints the address of the database. */
export function urlCommand(): Command {
  return withSettings(new Command('url'))
    .description('print the address of the database of the star, for other programs')
    .option('--show-password', 'print the password too, which is *** otherwise')
    .addHelpText('after', '\nExample:\n  psql "$(landfall url --show-password)"')
    .action(async (flags: SettingFlags & { showPassword?: boolean }) => {
      const { config } = await settle(flags);
      await withDatabase(config, async ({ url, embedded }) => {
        process.stdout.write(`${flags.showPassword ? url : maskUrl(url)}\n`);
        if (embedded)
          process.stderr.write(
            'This is the embedded server. It runs while a landfall command runs, such as `landfall up`.\n',
          );
      });
    });
}
