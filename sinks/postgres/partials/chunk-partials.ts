/**
 * What a chunk adds to the rollups of its dataset, added up by the worker and committed with the chunk. The end of its
 * file adds it to the rollups, instead of reading the facts (gather-partials.ts).
 */
import type { Pool } from 'pg';
import type { ChunkTransaction } from '../../../ledger/chunk-transaction.ts';
import { ledgerRollups } from '../../../ledger/tables/rollups.ts';
import type { CompiledDataset } from '../../../model/compiled.ts';
import type { Batch } from '../../../model/enrich/batch.ts';
import { type CopyTarget, openFactCopy } from '../facts/fact-copy.ts';
import type { KeyVector } from '../facts/fact-fields.ts';
import { hashOf, type StoredRollup, storedRollup } from '../rollups/state-tables.ts';
import { ChunkInputs } from './chunk-inputs.ts';
import { ChunkRollup, isWorkable } from './chunk-rollup.ts';
import { partialTables, sentColumns } from './partial-tables.ts';

/** A rollup that exists, and whose groups workers can add up. */
export interface WorkableRollup {
  readonly stored: StoredRollup;
  /** Ids of values that it does not keep. */
  readonly recomputed: readonly string[];
}

/**
 * The rollups that the database has and the definition too, exactly. Others are changed by what the facts say when the
 * file ends.
 */
export async function workableRollups(pool: Pool, dataset: CompiledDataset): Promise<WorkableRollup[]> {
  const { star, name, marts } = dataset;
  if (star === null || star.keyed !== null) return [];
  const rollups = marts.flatMap((mart) => (mart.kind === 'rollup' && isWorkable(mart) ? [mart] : []));
  if (rollups.length === 0) return [];
  const existing = new Map((await ledgerRollups(pool, name)).map((one) => [`${one.name} ${one.hash}`, one]));
  return rollups.flatMap((rollup) => {
    const stored = storedRollup(rollup, star);
    const found = existing.get(`${rollup.name} ${hashOf(stored)}`);
    return found === undefined ? [] : [{ stored, recomputed: found.recomputed ?? [] }];
  });
}

/** Rows for one table, of one chunk or of several. */
interface TableRows {
  readonly target: CopyTarget;
  readonly rows: Uint8Array[];
}

/** Rows of partial results by their table. */
export type PartialRows = Map<string, TableRows>;

/** Adds up one chunk. */
export class ChunkPartials {
  private readonly inputs = new ChunkInputs();
  private readonly workers: readonly ChunkRollup[];
  private readonly found: PartialRows = new Map();

  constructor(chunkId: number, rollups: readonly WorkableRollup[]) {
    this.workers = rollups.map(({ stored, recomputed }) => {
      const { rollup } = stored;
      const values = rollup.values.filter(({ id }) => !recomputed.includes(id));
      return new ChunkRollup(chunkId, { ...rollup, values }, this.inputs, (id, rows) => {
        const of = values.find((one) => one.id === id) ?? null;
        const table = partialTables(stored).find((one) => one.values === id)!.name;
        const target = { schema: stored.schema, table, columns: sentColumns(rollup, of) };
        addRows(this.found, target, [rows]);
      });
    });
  }

  /** `keys`: those of the star's dimensions. The batch may change once this returns. */
  add(batch: Batch, keys: readonly KeyVector[]): void {
    this.inputs.next(batch, keys);
    for (const worker of this.workers) worker.add(batch.rows);
  }

  /** To be called once, after the last batch. */
  finish(): PartialRows {
    for (const worker of this.workers) worker.flush();
    return this.found;
  }
}

function addRows(to: PartialRows, target: CopyTarget, rows: readonly Uint8Array[]): void {
  const known = to.get(target.table);
  if (known === undefined) to.set(target.table, { target, rows: [...rows] });
  else known.rows.push(...rows);
}

/** Copies the partial results of chunks in their transaction. */
export async function writePartials(
  transaction: ChunkTransaction,
  chunks: readonly PartialRows[],
): Promise<void> {
  const all: PartialRows = new Map();
  for (const chunk of chunks) for (const { target, rows } of chunk.values()) addRows(all, target, rows);
  if (all.size === 0) return;
  await transaction.run(async (client) => {
    for (const { target, rows } of all.values()) {
      const copy = openFactCopy(client, target);
      for (const some of rows) await copy.write(some);
      await copy.finish();
    }
  });
}
