/** Which marts are up to date, and how a refresh runs. */
import type pg from 'pg';
import { type Client, type Row, run } from '../statements/run.ts';

/** Notes that the marts of a dataset are up to date, as the first statement of the transaction that refreshes them. */
export async function noteMartRefresh(client: pg.ClientBase, dataset: string): Promise<void> {
  await run(client, 'marts/note-mart-refresh', [dataset]);
}

/** Notes that the marts of a dataset have rows that are gone from the star, until they are refreshed. */
export async function noteMartsBehind(client: pg.ClientBase, dataset: string): Promise<void> {
  await run(client, 'marts/marts-behind', [dataset]);
}

/** Which of these datasets have marts that were last refreshed before a file was done or undone. */
export async function staleMarts(client: Client, datasets: readonly string[]): Promise<string[]> {
  return (await run(client, 'marts/stale-marts', [datasets])).map(({ dataset }) => dataset);
}

/** Which of these materialized views a schema has. */
export async function existingMarts(
  client: Client,
  schema: string,
  names: readonly string[],
): Promise<Set<string>> {
  const rows = await run(client, 'marts/existing-marts', [schema, names]);
  return new Set(rows.map(({ name }) => name));
}

/** A mart that reads another; `reads` is null where it calls a function that may read any. */
export type MartRead = Row<'marts/mart-reads'>;

/** Which of the marts of a schema read which others, directly or through views. */
export function martReads(client: Client, schema: string, names: readonly string[]): Promise<MartRead[]> {
  return run(client, 'marts/mart-reads', [schema, names]);
}

/**
 * Prepares a transaction to refresh marts while another does.
 * @param lockTimeout how long it waits for a lock: '2s'
 * @param helpers processes of the server that may help with each query, at most
 */
export async function refreshBeside(
  client: pg.ClientBase,
  lockTimeout: string,
  helpers: number,
): Promise<void> {
  await run(client, 'marts/refresh-beside', [lockTimeout, helpers]);
}
