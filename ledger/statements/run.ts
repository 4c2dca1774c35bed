/** Runs the statements of ddl/statements: parameters and rows have the types that the catalogue gives them. */
import type pg from 'pg';
import { sql } from '../sql.ts';
import type { Statements } from './catalogue/index.ts';

/** What a statement runs on: the pool, or a connection on which the caller has begun a transaction. */
export type Client = pg.Pool | pg.ClientBase;

export type StatementName = keyof Statements;
export type Parameters<Name extends StatementName> = Statements[Name]['parameters'];
export type Row<Name extends StatementName> = Statements[Name]['row'];

/** The rows of a statement. */
export async function run<Name extends StatementName>(
  client: Client,
  name: Name,
  parameters: Parameters<Name>,
): Promise<Row<Name>[]> {
  return (await client.query<Row<Name>>(sql(name), parameters as unknown[])).rows;
}

/** The number of rows that a statement returned or, where it returns none, changed. */
export async function count<Name extends StatementName>(
  client: Client,
  name: Name,
  parameters: Parameters<Name>,
): Promise<number> {
  return (await client.query(sql(name), parameters as unknown[])).rowCount ?? 0;
}
