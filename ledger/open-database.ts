/** The database of a run, with the ledger that this code was written for. */

import type { Config } from '../platform/config/config.ts';
import { type Database, openServerDatabase } from '../platform/database/database.ts';
import { migrate } from './migrate.ts';

/**
 * Opens the database of these settings, starting or joining the embedded server where `databaseUrl` is
 * null, and migrates it.
 * @throws LandfallError LF_DATABASE_CONNECTIONS, LF_DATABASE_ENCODING, LF_DATABASE_PRIVILEGE, LF_DATABASE_UNREACHABLE, LF_DATABASE_VERSION, LF_DATABASE_NEWER, LF_EMBEDDED_…
 */
export function openDatabase(config: Pick<Config, 'home' | 'databaseUrl'>): Promise<Database> {
  return openServerDatabase(config, migrate);
}
