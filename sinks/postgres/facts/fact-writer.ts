/**
 * Writes facts in the transaction of a chunk or a group. The binary COPY is paused when statements must run.
 *
 *   new ─▶ copying ⇄ paused ─▶ (the transaction commits)      abort from anywhere
 */
import type { ChunkTransaction } from '../../../ledger/chunk-transaction.ts';
import type { CompiledStar } from '../../../model/compiled.ts';
import { crashPoint } from '../../../platform/errors/crash-points.ts';
import type { OpenSpan } from '../../../platform/traces/contract.ts';
import { beginSpan } from '../../../platform/traces/tracing.ts';
import { packedParts } from '../packed/packed-columns.ts';
import { type FactCopy, openFactCopy } from './fact-copy.ts';

export class FactWriter {
  /** The rows, or tuples of packed rows, that the server has taken in copies that have ended. */
  rows = 0;
  /** The bytes of binary COPY rows. */
  bytes = 0;
  private readonly transaction: ChunkTransaction;
  private readonly star: CompiledStar;
  private copy: FactCopy | null = null;
  private span: OpenSpan | null = null;

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
    this.copy ??= this.open();
    await this.copy.write(rows);
    this.bytes += rows.length;
  }

  private open(): FactCopy {
    const { schema, fact: table } = this.star;
    const columns = this.star.layout === 'packed' ? packedParts(this.star) : this.star.columns;
    this.span = beginSpan('copy', {
      attributes: { 'db.system.name': 'postgresql', 'db.collection.name': table },
    });
    return openFactCopy(
      this.transaction.lend(() => this.pause()),
      { schema, table, columns: columns.map((column) => column.name) },
    );
  }

  /** Ends the copy in progress, so that statements may run. The next rows begin another one. */
  async pause(): Promise<void> {
    const { copy } = this;
    if (copy === null) return;
    const rows = await copy.finish();
    this.rows += rows;
    this.copy = null;
    this.span?.set({ 'landfall.rows': rows });
    this.span?.end();
    crashPoint('chunk.facts-copied');
  }

  /** Ends the copy without a result. The transaction must then be rolled back. */
  abort(): void {
    if (this.copy === null) return;
    this.copy.abort();
    this.copy = null;
    this.span?.fail(new Error('the copy was cancelled'));
  }
}
