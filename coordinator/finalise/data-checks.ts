/** The data checks of a dataset: selects that must return no row once a file is done. */
import type pg from 'pg';
import type { CompiledDataset } from '../../model/compiled.ts';
import type { Check } from './reconcile.ts';

/**
 * A check that holds reads all that it looks at, and is asked for one row. So the planner believes that it is
 * over soon, and not worth the start of the server's parallel workers; it takes them where they cost nothing.
 * The settings go with the savepoint.
 */
const begin = `savepoint data_check; set local parallel_setup_cost = 0; set local parallel_tuple_cost = 0`;

/** Asks each check in the caller's transaction, and leaves it as it was. One that cannot be run does not hold. */
export async function runChecks(
  client: pg.ClientBase,
  dataset: Pick<CompiledDataset, 'checks'>,
): Promise<Check[]> {
  const checks: Check[] = [];
  for (const { name, sql } of dataset.checks) {
    await client.query(begin);
    const detail = await firstRow(client, sql).catch((error: Error) => `it cannot be run: ${error.message}`);
    await client.query('rollback to savepoint data_check');
    checks.push({ name, ok: detail === null, detail: detail ?? 'no row' });
  }
  return checks;
}

async function firstRow(client: pg.ClientBase, sql: string): Promise<string | null> {
  const { rows } = await client.query(`select * from (\n${sql}\n) as found limit 1`);
  return rows.length === 0 ? null : JSON.stringify(rows[0]);
}
