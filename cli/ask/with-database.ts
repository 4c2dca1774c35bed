/** The database of the star, for commands that only ask. */
import type { Config } from '../../platform/config/config.ts';
import { type Database, openServerDatabase } from '../../platform/database/database.ts';

/** Runs `use` with the database as it is: the ledger is not migrated, because who may only read asks as well. */
export async function withDatabase<T>(config: Config, use: (database: Database) => Promise<T>): Promise<T> {
  const database = await openServerDatabase(config, async () => {});
  try {
    return await use(database);
  } finally {
    await database.close();
  }
}
