/** Runs the data checks of a dataset: queries that must return no row once files are done. */
import type pg from 'pg';
import type { StoredDefinition } from '../../ledger/definition.ts';
import { checkRelations } from '../../model/compile/compile-checks.ts';
import type { CompiledCheck, CompiledStar } from '../../model/compiled.ts';
import { rowsOfChunks } from '../../sinks/postgres/facts/rows-of-chunks.ts';
import type { Check } from './reconcile.ts';

/**
 * A check that holds reads its whole input. But because it is limited to one row, the planner expects it to end
 * early and does not start parallel workers for it. Setting their costs to zero makes the planner use them.
 * Rolling back to the savepoint also resets the settings.
 */
const begin = `savepoint data_check; set local parallel_setup_cost = 0; set local parallel_tuple_cost = 0`;

/** The chunks of a file that is ending. */
export interface CheckedFile {
  readonly chunkIds: readonly number[];
}

/**
 * Runs each check in the caller's transaction and changes nothing in it. Returns the results for each file, in order.
 * A check over the rows of files that end together is run for all of them at once and, if it does not hold, for each.
 * If a blocking one does not, it is run no more: the files have to end one by one. A check that cannot be run does not
 * hold.
 */
export async function runChecks(
  client: pg.ClientBase,
  { checks, star }: Pick<StoredDefinition, 'checks' | 'star'>,
  files: readonly CheckedFile[],
): Promise<Check[][]> {
  const results: Check[][] = files.map(() => []);
  for (const check of checks) {
    const together = await runCheck(client, check, star, files);
    const apart = !together.ok && !isBlocking(together) && check.over !== undefined && files.length > 1;
    for (const [f, file] of files.entries())
      results[f].push(apart ? await runCheck(client, check, star, [file]) : together);
  }
  return results;
}

/** Whether a check that does not hold fails the file. */
export function isBlocking({ ok, severity }: Check): boolean {
  return !ok && severity === undefined;
}

async function runCheck(
  client: pg.ClientBase,
  { name, sql, severity, over }: CompiledCheck,
  star: CompiledStar | null,
  files: readonly CheckedFile[],
): Promise<Check> {
  await client.query(begin);
  const chunkIds = files.flatMap((file) => file.chunkIds);
  const relations = over === undefined || star === null ? '' : relationsOf(star, chunkIds);
  const detail = await firstRow(client, relations, sql).catch(cannotRun);
  await client.query('rollback to savepoint data_check');
  const result = { name, ok: detail === null, detail: detail ?? 'no row' };
  return severity === undefined ? result : { ...result, severity };
}

/** The start of a statement that can read the rows of these chunks. */
function relationsOf(star: CompiledStar, chunkIds: readonly number[]): string {
  const { facts, touched } = rowsOfChunks(star, chunkIds);
  return `with ${checkRelations.facts} as not materialized (${facts}),
    ${checkRelations.touched} as not materialized (${touched})\n`;
}

async function firstRow(client: pg.ClientBase, relations: string, sql: string): Promise<string | null> {
  const { rows } = await client.query(`${relations}select * from (\n${sql}\n) as found limit 1`);
  return rows.length === 0 ? null : JSON.stringify(rows[0]);
}

function cannotRun(error: Error): string {
  return `it cannot be run: ${error.message}`;
}
