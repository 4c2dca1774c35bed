/**
 * Rejects the rows of a chunk that repeat the key of an earlier row of the file. Before a chunk of a dataset with unique
 * rules is loaded, the first worker that needs it notes and settles the keys of the whole file (note-keys.ts,
 * settle.ts). What remains here is to reject the rows that the ledger names.
 */
import type pg from 'pg';
import { type Batch, RejectReason } from '../../../kernel/types.ts';
import type { ChunkTransaction } from '../../../ledger/chunk-transaction.ts';
import type { Claim } from '../../../ledger/ledger.ts';
import { chunkRepeats, dropRepeats, type Repeat, uniqueRule } from '../../../ledger/tables/unique/unique.ts';
import type { CompiledDataset, CompiledUnique } from '../../../model/compiled.ts';
import { rowsKept } from '../../../model/enrich/select.ts';
import { selectBatch } from '../../../model/enrich/select-batch.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import type { ChunkJob } from '../../../platform/queue/contract.ts';
import { aboutRule } from './batch-keys.ts';
import { type KeyTools, noteKeys } from './note-keys.ts';
import { settleKeys } from './settle.ts';

/** Repeats to keep in memory. */
const pageRows = 5_000;

/** The chunk's repeats. Null if the dataset has no unique rules. */
export async function openRepeats(
  job: ChunkJob,
  dataset: CompiledDataset,
  { file }: Claim,
  tools: KeyTools,
): Promise<Repeats | null> {
  const { unique, name } = dataset;
  if (unique.length === 0) return null;
  const ruleIds = [];
  for (const rule of unique) ruleIds.push(await uniqueRule(tools.pool, name, aboutRule(dataset, rule)));
  await noteKeys(dataset, ruleIds, file, tools);
  await settleKeys(tools.pool, dataset, ruleIds, file);
  const rules = new Map(ruleIds.map((ruleId, r) => [ruleId, unique[r]]));
  return new Repeats(tools.pool, job, rules);
}

export class Repeats {
  private readonly pool: pg.Pool;
  private readonly job: ChunkJob;
  private readonly rules: ReadonlyMap<number, CompiledUnique>;
  private page: Repeat[] = [];
  private at = 0;
  private after = -1;
  private more = true;

  constructor(pool: pg.Pool, job: ChunkJob, rules: ReadonlyMap<number, CompiledUnique>) {
    this.pool = pool;
    this.job = job;
    this.rules = rules;
  }

  /** The batch without the rows that repeat a key, which are added to its rejects. Call this in the chunk's order. */
  async turnAway(batch: Batch): Promise<Batch> {
    const repeated = new Uint8Array(batch.rows);
    const found: { row: number; repeat: Repeat }[] = [];
    const { byteOffsets } = batch;
    for (let row = 0; row < batch.rows; ) {
      const repeat = await this.next();
      if (repeat === null || repeat.byteOffset > byteOffsets[batch.rows - 1]) break;
      while (row < batch.rows && byteOffsets[row] < repeat.byteOffset) row++;
      if (byteOffsets[row] !== repeat.byteOffset) throw this.readOtherwise(repeat);
      repeated[row] = 1;
      found.push({ row, repeat });
      this.at += 1;
      row += 1;
    }
    if (found.length === 0) return batch;
    const kept = rowsKept(repeated, batch.rows);
    const rejects = found.map(({ row, repeat }) => this.rejectOf(batch, row, repeat));
    return selectBatch(batch, kept, rejects);
  }

  /** Call this in the chunk's transaction, after its last batch. The repeats are now rejects. */
  async end(transaction: ChunkTransaction): Promise<void> {
    const left = await this.next();
    if (left !== null) throw this.readOtherwise(left);
    await transaction.run((client) => dropRepeats(client, this.job.chunkId));
  }

  /** The first repeat whose row has not been rejected yet. */
  private async next(): Promise<Repeat | null> {
    if (this.at === this.page.length && this.more) {
      this.page = await chunkRepeats(this.pool, this.job.chunkId, this.after, pageRows);
      this.at = 0;
      this.more = this.page.length === pageRows;
      this.after = this.page.at(-1)?.byteOffset ?? this.after;
    }
    return this.page[this.at] ?? null;
  }

  private rejectOf(batch: Batch, row: number, { ruleId, firstLine }: Repeat) {
    const rule = this.rules.get(ruleId)!;
    const column = rule.columns.length === 1 ? rule.columns[0] : -1;
    const first = `line ${firstLine}`;
    return { ...batch.place!(row), column, reason: RejectReason.unique, rule: rule.name, first };
  }

  /** A function of the definition has returned another value than when the keys were noted. */
  private readOtherwise({ byteOffset }: Repeat): LandfallError {
    const reason = `the row at byte ${byteOffset} has another key than when its keys were noted: check that the definition's functions always return the same value`;
    return new LandfallError('LF_INTERNAL', { reason });
  }
}
