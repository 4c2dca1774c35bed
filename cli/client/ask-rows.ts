import { withDatabase } from '../ask/with-database.ts';
import { askWith } from './ask-with.ts';
import type { QueryOptions, QueryResult, Row } from './question.ts';
import type { Settings } from './settings-given.ts';
import { settleWith } from './settle-with.ts';

/**
 * Asks the star with SQL, or the lake with DuckDB, and only reads. Holds all rows of the answer.
 * @throws LandfallError LF_SQL_FAILED, LF_SQL_READ_ONLY, LF_SQL_TABLE, LF_SQL_TIMEOUT, LF_DUCKDB_MISSING, LF_CONFIG
 */
export async function query<R extends Row = Row>(
  sql: string,
  { values, lake, asOf, timeout, ...settings }: QueryOptions & Settings = {},
): Promise<QueryResult<R>> {
  const { config, registry } = await settleWith(settings);
  const asked = { values, lake, asOf, timeout };
  return withDatabase(config, ({ pool }) => askWith<R>({ pool, config, registry }, sql, asked));
}
