/** Runs the data checks of a dataset: queries that must return no row once a file is done. */
import type pg from 'pg';
import type { CompiledDataset } from '../../model/compiled.ts';
import type { Check } from './reconcile.ts';

/**
 * A check that holds reads its whole input. But because it is limited to one row, the planner expects it to end
 * early and does not start parallel workers for it. Setting their costs to zero makes the planner use them.
 * Rolling back to the savepoint also resets the settings.
 */
const begin = `savepoint data_check; set local parallel_setup_cost = 0; set local parallel_tuple_cost = 0`;

/** Runs each check in the caller's transaction and changes nothing in it. A check that cannot be run does not hold. */
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
