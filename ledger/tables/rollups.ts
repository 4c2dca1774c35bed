/** Which rollups a database has, and which facts they count. */
import type pg from 'pg';
import { toJson } from '../json.ts';
import { type Client, run } from '../statements/run.ts';

/** `groups`: how many there are, as counted then. `values`: how they are kept. */
export interface RollupNote {
  readonly kind: 'groups' | 'values';
  readonly text: string;
}

/** A rollup that exists. */
export interface LedgerRollup {
  readonly name: string;
  /** 8 hex digits. */
  readonly hash: string;
  /** As it was saved. */
  readonly stored: unknown;
  /** Ids of values that are not kept, since they hardly repeat. Null: not yet known. */
  readonly recomputed: readonly string[] | null;
  /** What people should know of it. */
  readonly notes: readonly RollupNote[];
}

/** The rollups of a dataset, by name. */
export async function ledgerRollups(client: Client, dataset: string): Promise<LedgerRollup[]> {
  const rows = await run(client, 'marts/rollups', [dataset]);
  return rows.map(({ name, hash, stored, recomputed, notes }) => ({
    ...{ name, hash, stored },
    recomputed: recomputed as string[] | null,
    notes: notes as RollupNote[],
  }));
}

/** Notes that a rollup exists, in the place of another one of its name. */
export async function saveRollup(
  client: pg.ClientBase,
  dataset: string,
  { name, hash, stored }: Pick<LedgerRollup, 'name' | 'hash' | 'stored'>,
): Promise<void> {
  await run(client, 'marts/save-rollup', [dataset, name, hash, toJson(stored)]);
}

/** Notes how a rollup is kept. */
export async function settleRollup(
  client: pg.ClientBase,
  dataset: string,
  { name, recomputed, notes }: Pick<LedgerRollup, 'name' | 'recomputed' | 'notes'>,
): Promise<void> {
  await run(client, 'marts/settle-rollup', [dataset, name, toJson(recomputed), toJson(notes)]);
}

export async function forgetRollup(client: pg.ClientBase, dataset: string, name: string): Promise<void> {
  await run(client, 'marts/forget-rollup', [dataset, name]);
}

/** The chunks of a dataset's files that are done. */
export async function doneChunks(client: Client, dataset: string): Promise<number[]> {
  return (await run(client, 'marts/done-chunks', [dataset])).map(({ chunk_id: chunkId }) => chunkId);
}

/** Files whose state in the ledger does not tell whether their facts count, in a transaction that is to change it. */
export interface Changing {
  /** They become done. */
  readonly ending: readonly number[];
  /** They are done no more. */
  readonly leaving: readonly number[];
}

/**
 * A condition on facts: that the file of their chunk is done.
 * @param chunk the column, as SQL
 * @param from the number of the first of its three parameters
 */
export function isDone(chunk: string, from: number): string {
  return `${chunk} not in (select landfall.chunks_not_done($${from}, $${from + 1}, $${from + 2}))`;
}

/** The parameters of `isDone`. */
export function doneParameters(dataset: string, { ending, leaving }: Changing): readonly unknown[] {
  return [dataset, ending, leaving];
}
