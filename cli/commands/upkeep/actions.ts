import { hostname } from 'node:os';
import { Command } from 'commander';
import type pg from 'pg';
import { type Action, actionsBefore, type NewAction, noted } from '../../../ledger/actions.ts';
import { openDatabase } from '../../../ledger/open-database.ts';
import { userName } from '../../../platform/errors/system.ts';
import { type SettingFlags, settle, withSettings } from '../../settings.ts';
import { localTime, printable } from '../../terminal/format.ts';
import { wholeNumber } from '../generate.ts';

/** `landfall actions`: who did what, newest first. */
export function actionsCommand(): Command {
  return withSettings(new Command('actions'))
    .description(
      'show who undid, replayed, corrected, accepted, fetched or dismissed what, and what became of it',
    )
    .option('--limit <n>', 'number of actions', wholeNumber('--limit'), 20)
    .option('--json', 'print one JSON object for each')
    .addHelpText('after', '\nExample:\n  landfall actions --limit 5')
    .action(async (flags: SettingFlags & { limit: number; json?: boolean }) => {
      const { config } = await settle(flags);
      const database = await openDatabase(config);
      try {
        for (const action of await actionsBefore(database.pool, { before: null, limit: flags.limit }))
          process.stdout.write(flags.json ? `${JSON.stringify(action)}\n` : lineOf(action));
      } finally {
        await database.close();
      }
    });
}

function lineOf({ at, via, who, role, address, what, target, outcome }: Action): string {
  const by = [who ?? 'somebody', role === null ? '' : `(${role})`, `from ${address ?? 'an unknown address'}`];
  const became = outcome ?? 'has not ended';
  const text = `${what} ${target ?? ''}: ${became}, by ${by.filter(Boolean).join(' ')} over ${via}`;
  return `${localTime(at)}  ${printable(text)}\n`;
}

/** Does what a command asks for, and notes which user of which host asked. */
export function notedAsUser<T>(
  pool: pg.Pool,
  asked: Pick<NewAction, 'what' | 'target' | 'details'>,
  work: () => Promise<T>,
): Promise<T> {
  return noted(pool, { via: 'cli', who: userName(), role: null, address: hostname(), ...asked }, work);
}
