import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Command } from 'commander';
import { LandfallError } from '../../platform/errors/errors.ts';
import { type SettingFlags, settle, withSettings } from '../settings.ts';
import { schemasOf } from './schemas.ts';
import { withDatabase } from './with-database.ts';

/** `landfall psql`: opens psql on the database, with the star on its search path. */
export function psqlCommand(): Command {
  return withSettings(new Command('psql'))
    .description('open psql on the database of the star, which runs until psql ends')
    .argument('[args...]', 'passed to psql')
    .allowUnknownOption()
    .addHelpText('after', '\nExample:\n  landfall psql\n  landfall psql -c "\\d"')
    .action(async (args: string[], flags: SettingFlags) => {
      const { config, registry } = await settle(flags);
      await withDatabase(config, async ({ url }) => {
        // Ctrl-C is for psql, which stops its query.
        const ignore = () => {};
        process.on('SIGINT', ignore);
        try {
          process.exitCode = await runPsql(url, args, schemasOf(registry));
        } finally {
          process.off('SIGINT', ignore);
        }
      });
    });
}

/** Runs psql. Other users of the machine can see its arguments, so the password is in its environment. */
async function runPsql(url: string, args: readonly string[], schemas: readonly string[]): Promise<number> {
  const { address, password } = addressForPsql(url);
  const path = [...schemas, 'public'].join(',');
  const options = `${process.env.PGOPTIONS ?? ''} -c search_path=${path}`.trim();
  const env = { ...process.env, PGOPTIONS: options, ...(password !== null && { PGPASSWORD: password }) };
  const child = spawn('psql', [address, ...args], { stdio: 'inherit', env });
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    return signal === null ? (code ?? 1) : 1;
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOENT') throw error;
    throw new LandfallError('LF_PSQL_MISSING', {}, { cause: error });
  }
}

/** Parameters of an address that only the driver of Node knows. libpq refuses what it does not know. */
const ofDriver = ['uselibpqcompat', 'ssl', 'max', 'idleTimeoutMillis', 'statement_timeout', 'query_timeout'];

/** The address for libpq without the password, and the password. */
export function addressForPsql(url: string): { address: string; password: string | null } {
  const parsed = new URL(url);
  const password =
    parsed.password === '' ? parsed.searchParams.get('password') : decodeURIComponent(parsed.password);
  parsed.password = '';
  for (const name of ['password', ...ofDriver]) parsed.searchParams.delete(name);
  return { address: parsed.href, password };
}
