/** Which marts are up to date, since when a mart fails and why, and how a refresh runs. */
import type pg from 'pg';
import { toJson } from '../json.ts';
import type { ErrorDescription } from '../rows.ts';
import { type Client, type Row, run } from '../statements/run.ts';

/** The first statement of a transaction that refreshes marts of a dataset: which changes of its files it will show. */
export async function fileChanges(client: pg.ClientBase, dataset: string): Promise<number> {
  const [{ changes }] = await run(client, 'marts/file-changes', [dataset]);
  return changes;
}

/** Notes, in the transaction that refreshes them, that marts show these changes. Ends their failures. */
export async function noteRefresh(
  client: pg.ClientBase,
  dataset: string,
  names: readonly string[],
  changes: number,
): Promise<void> {
  await run(client, 'marts/note-refresh', [dataset, names, changes]);
}

/** Notes why a mart could not be refreshed. */
export async function noteFailure(
  client: Client,
  mart: { readonly dataset: string; readonly name: string },
  error: ErrorDescription,
): Promise<void> {
  await run(client, 'marts/note-failure', [mart.dataset, mart.name, toJson(error)]);
}

/** A mart that does not show all files; `error`: of its last refresh, where that failed. */
export type StaleMart = Row<'marts/stale-marts'>;

/** Which of these marts were last refreshed before a file was done or undone. */
export function staleMarts(
  client: Client,
  marts: readonly { readonly dataset: string; readonly name: string }[],
): Promise<StaleMart[]> {
  const datasets = marts.map(({ dataset }) => dataset);
  const names = marts.map(({ name }) => name);
  return run(client, 'marts/stale-marts', [datasets, names]);
}

/** A mart that does not show a file, and when the first such file was done. */
export type UnshownMart = Row<'marts/oldest-unshown'>;

/** Which of these marts do not show a file that is done. */
export function oldestUnshown(
  client: Client,
  marts: readonly { readonly dataset: string; readonly name: string }[],
): Promise<UnshownMart[]> {
  const datasets = marts.map(({ dataset }) => dataset);
  const names = marts.map(({ name }) => name);
  return run(client, 'marts/oldest-unshown', [datasets, names]);
}

/** When the last refreshes of these marts began, in ms since the epoch; without those that never were. */
export async function refreshTimes(
  client: Client,
  dataset: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await run(client, 'marts/refresh-times', [dataset, names]);
  return new Map(rows.map(({ name, refreshed_at }) => [name, refreshed_at.getTime()]));
}

/** A mart whose last refresh failed. */
export type FailingMart = Row<'marts/failing-marts'>;

/** Marts whose last refresh failed, the longest first. */
export function failingMarts(client: Client): Promise<FailingMart[]> {
  return run(client, 'marts/failing-marts', []);
}

/** A mart that a file is not in yet. */
export type MartWithout = Row<'marts/marts-without'>;

/** Marts that a file which is done is not in yet; without those that never were refreshed and never failed. */
export function martsWithout(client: Client, fileId: number): Promise<MartWithout[]> {
  return run(client, 'marts/marts-without', [fileId]);
}

/** Forgets marts that a dataset no longer has. */
export async function forgetMarts(client: Client, dataset: string, names: readonly string[]): Promise<void> {
  await run(client, 'marts/forget-marts', [dataset, names]);
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

/** A session that holds a lock on a relation. */
export type LockHolder = Row<'marts/lock-holders'>;

/** Sessions that hold a lock on a relation, at most three. `relation`: quoted, with its schema. */
export function lockHolders(client: Client, relation: string): Promise<LockHolder[]> {
  return run(client, 'marts/lock-holders', [relation]);
}

/**
 * Prepares a transaction to refresh marts, as another may at the same time.
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
