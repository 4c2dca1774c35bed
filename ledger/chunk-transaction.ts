/**
 * The one transaction of a chunk, or of a group of chunks: what a sink writes to the database, rejects and the
 * chunk's row in the ledger, all or nothing. The ledger alone commits, whichever sinks a dataset has.
 *
 *   new ─▶ open ⇄ lent to a copy ─▶ committed
 *            └──── any failure ────▶ given up (rolled back, the connection destroyed)
 *
 * It opens with the first call that needs it: a chunk none of whose sinks writes to the database would otherwise
 * leave a transaction idle while it is read.
 */
import type pg from 'pg';
import { LandfallError } from '../platform/errors/errors.ts';
import { holdChunks } from './tables/chunks.ts';

export class ChunkTransaction {
  private readonly pool: pg.Pool;
  private readonly chunkIds: readonly number[];
  private client: pg.PoolClient | null = null;
  private opening: Promise<pg.PoolClient> | null = null;
  private lost: Error | null = null;
  /** Ends the copy that has the connection. */
  private pauseCopy: (() => Promise<void>) | null = null;
  private readonly onLost = (error: Error) => {
    this.lost ??= error;
  };

  constructor(pool: pg.Pool, chunkIds: readonly number[]) {
    this.pool = pool;
    this.chunkIds = chunkIds;
  }

  /** Takes a connection and begins, once. Throws where another transaction of a chunk is open. */
  open(): Promise<pg.PoolClient> {
    this.opening ??= this.begin();
    return this.opening;
  }

  private async begin(): Promise<pg.PoolClient> {
    const client = await this.pool.connect();
    this.client = client;
    // Without a listener a connection that breaks between two statements would end the process.
    client.on('error', this.onLost);
    try {
      const answers: unknown = await client.query(`begin; ${holdChunks(this.chunkIds)}`);
      const [, { rows }] = answers as [pg.QueryResult, pg.QueryResult<{ held: boolean }>];
      if (!rows[0].held) throw new ChunkHeld();
      return client;
    } catch (error) {
      this.giveUp(error);
      throw error;
    }
  }

  /**
   * Lends the open transaction's connection to a copy. `pause` ends the copy when a statement needs the connection;
   * it may be called more than once. Throws where the connection is lost.
   */
  lend(pause: () => Promise<void>): pg.PoolClient {
    if (this.lost !== null) throw this.lost;
    if (this.client === null)
      throw new LandfallError('LF_INTERNAL', { reason: 'the transaction is not open' });
    this.pauseCopy = pause;
    return this.client;
  }

  /** Throws where the connection was lost since the last call to the server. */
  assertAlive(): void {
    if (this.lost !== null) throw this.lost;
  }

  /** Runs statements in the transaction; a copy that is under way ends before. */
  async run<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.open();
    await this.pauseCopy?.();
    return work(client);
  }

  /** Commits and returns the connection to the pool. */
  async commit(): Promise<void> {
    const client = await this.open();
    if (this.lost !== null) throw this.lost;
    const { command } = await client.query('commit');
    // A transaction that had failed answers COMMIT with ROLLBACK, and no error.
    if (command !== 'COMMIT')
      throw new LandfallError('LF_INTERNAL', { reason: 'the commit was rolled back' });
    client.off('error', this.onLost);
    client.release();
    this.client = null;
  }

  /** Rolls back by ending the connection: a copy may be under way, or the connection may be dead. */
  giveUp(cause: unknown): void {
    const { client } = this;
    this.client = null;
    client?.release(cause instanceof Error ? cause : new Error(String(cause)));
  }
}

/** Another transaction of the chunk is open: of an earlier try that is just ending, or of a later one. */
class ChunkHeld extends Error {
  /** As the server says it of a lock that is not free: soon it is, or the chunk is another worker's. */
  readonly code = '55P03';
  constructor() {
    super('another transaction of the chunk is open');
  }
}
