/**
 * Writes facts in the transaction of a chunk or a group. The binary COPY is paused when statements must run.
 *
 *   new ─▶ copying ⇄ paused ─▶ (the transaction commits)      abort from anywhere
 */
import type { ChunkTransaction } from '../../../ledger/chunk-transaction.ts';
import type { CompiledStar } from '../../../model/compiled.ts';
import { crashPoint } from '../../../platform/errors/crash-points.ts';
import { type FactCopy, openFactCopy } from './fact-copy.ts';

export class FactWriter {
  /** The rows that the server has taken in copies that have ended. */
  rows = 0;
  /** The bytes of binary COPY rows. */
  bytes = 0;
  private readonly transaction: ChunkTransaction;
  private readonly star: CompiledStar;
  private copy: FactCopy | null = null;

  /** `star`: its fact table takes the rows. */
  constructor(transaction: ChunkTransaction, star: CompiledStar) {
    this.transaction = transaction;
    this.star = star;
  }

  /**
   * Sends binary COPY rows. They are copied at once; waits only while the server is far behind. Requires an open
   * transaction.
   */
  async write(rows: Uint8Array): Promise<void> {
    this.transaction.assertAlive();
    this.copy ??= openFactCopy(
      this.transaction.lend(() => this.pause()),
      {
        schema: this.star.schema,
        table: this.star.fact,
        columns: this.star.columns.map((column) => column.name),
      },
    );
    await this.copy.write(rows);
    this.bytes += rows.length;
  }

  /** Ends the copy in progress, so that statements may run. The next rows begin another one. */
  async pause(): Promise<void> {
    const { copy } = this;
    if (copy === null) return;
    this.rows += await copy.finish();
    this.copy = null;
    crashPoint('chunk.facts-copied');
  }

  /** Ends the copy without a result. The transaction must then be rolled back. */
  abort(): void {
    this.copy?.abort();
    this.copy = null;
  }
}
