/**
 * The one transaction of a chunk: facts, rejects and the chunk's ledger row, all or nothing.
 *
 *   begin ─▶ copying ─▶ (pause ─▶ statements of the ledger ─▶ copying) ─▶ pause ─▶ committed
 *                └──────────────── any failure ─────────────▶ given up (rolled back, client destroyed)
 */
import type { Pool, PoolClient, QueryResult } from 'pg';
import { holdChunks } from '../../../ledger/claim.ts';
import type { CompiledStar } from '../../../model/compiled.ts';
import { crashPoint } from '../../../platform/errors/crash-points.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { type FactCopy, openFactCopy } from './fact-copy.ts';

export class FactLoad {
  /** The client that holds the transaction. Statements may run on it while no copy is under way. */
  readonly client: PoolClient;
  /** Rows that the server has taken in ended copies. */
  rows = 0;
  private readonly star: CompiledStar;
  private copy: FactCopy | null = null;
  private lost: Error | null = null;
  private readonly onLost = (error: Error) => {
    this.lost ??= error;
  };

  private constructor(client: PoolClient, star: CompiledStar) {
    this.client = client;
    this.star = star;
    // Without a listener a connection that breaks between two statements would end the process.
    client.on('error', this.onLost);
  }

  /** Takes a client from the pool and opens the chunk's transaction, which says whose it is. */
  static async begin(pool: Pool, star: CompiledStar, ...chunkIds: number[]): Promise<FactLoad> {
    const load = new FactLoad(await pool.connect(), star);
    try {
      const answers: unknown = await load.client.query(`begin; ${holdChunks(chunkIds)}`);
      const [, { rows }] = answers as [QueryResult, QueryResult<{ held: boolean }>];
      if (!rows[0].held) throw new ChunkHeld();
      return load;
    } catch (error) {
      load.giveUp(error);
      throw error;
    }
  }

  /** Sends binary COPY rows, copied at once; waits only while the server is far behind. */
  async write(rows: Uint8Array): Promise<void> {
    if (this.lost !== null) throw this.lost;
    this.copy ??= openFactCopy(this.client, {
      schema: this.star.schema,
      table: this.star.fact,
      columns: this.star.columns.map((column) => column.name),
    });
    await this.copy.write(rows);
  }

  /** Ends the copy under way, so that statements may run on the client. */
  async pause(): Promise<void> {
    const copy = this.copy;
    if (copy === null) return;
    this.rows += await copy.finish();
    this.copy = null;
    crashPoint('chunk.facts-copied');
  }

  /** Pauses the copy for statements of the chunk. */
  async spill(write: (client: PoolClient) => Promise<void>): Promise<void> {
    await this.pause();
    await write(this.client);
  }

  /** Commits and gives the client back to the pool. */
  async commit(): Promise<void> {
    if (this.lost !== null) throw this.lost;
    const { command } = await this.client.query('commit');
    // A transaction that had failed answers COMMIT with ROLLBACK, and no error.
    if (command !== 'COMMIT')
      throw new LandfallError('LF_INTERNAL', { reason: 'the commit was rolled back' });
    this.client.off('error', this.onLost);
    this.client.release();
  }

  /** Rolls back by ending the connection: a copy may be under way, or the connection may be dead. */
  giveUp(cause: unknown): void {
    this.copy?.abort();
    this.copy = null;
    this.client.release(cause instanceof Error ? cause : new Error(String(cause)));
  }
}

/** Another transaction of the chunk is open: of a try before this one, just ending, or of a later one. */
class ChunkHeld extends Error {
  /** As the server says it of a lock that is not free: soon it is, or the chunk is another worker's. */
  readonly code = '55P03';
  constructor() {
    super('another transaction of the chunk is open');
  }
}
