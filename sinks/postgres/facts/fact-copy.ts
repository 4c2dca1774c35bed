/**
 * Writes facts to Postgres by one binary COPY on a checked-out client, in the caller's transaction.
 *
 *   header ─▶ rows … rows ─▶ trailer ─▶ the server's count
 *
 * Format: https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format".
 */
import { escapeIdentifier, type PoolClient } from 'pg';
import { type CopyStreamQuery, from as copyFrom } from 'pg-copy-streams';
import { giveMemory, takeMemory } from '../../lake/memory.ts';
import { qualified } from '../ddl/sql-columns.ts';

/**
 * The bytes of one write to the server. Larger than a socket's high-water mark, so that every write except the last
 * waits for `drain`. Its buffer may be filled again afterwards.
 */
const WRITE_BYTES = 256 * 1024;

/** The most writes in progress before `write` waits. Bound of a copy: WRITES × WRITE_BYTES = 1 MiB. */
const WRITES = 4;

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
/** Signature, flags (int32 0), and the length of the header extension (int32 0). */
const HEADER = Buffer.concat([SIGNATURE, Buffer.alloc(8)]);
/** A field count of -1 ends the data. */
const TRAILER = Buffer.from([0xff, 0xff]);

export interface FactCopy {
  /**
   * Takes binary COPY rows and copies them, so the caller may reuse the bytes at once. Waits while the server is
   * behind by more than the bound. Throws the server's error.
   */
  write(rows: Uint8Array): Promise<void>;
  /** Ends the copy. Returns the number of rows that the server has taken. Throws the server's error. */
  finish(): Promise<number>;
  /** Cancels the copy, and the server discards the rows. The client must then be released with an error. */
  abort(): void;
  /** The milliseconds that `write` and `finish` have waited for the server. */
  readonly waitMs: number;
}

export interface CopyTarget {
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly string[];
}

/** Starts `copy table (columns) from stdin (format binary)` on a client, in its transaction if one is open. */
export function openFactCopy(client: PoolClient, target: CopyTarget): FactCopy {
  const table = qualified(target.schema, target.table);
  const columns = target.columns.map((name) => escapeIdentifier(name)).join(', ');
  const stream = client.query(copyFrom(`copy ${table} (${columns}) from stdin (format binary)`));
  return new StreamedCopy(stream);
}

/**
 * A ring of write buffers for the stream.
 *
 *   free ─▶ filling ─▶ under way ─▶ free        any ─▶ failed (the stream's first error; it stays)
 */
class StreamedCopy implements FactCopy {
  waitMs = 0;
  private readonly stream: CopyStreamQuery;
  private readonly free: Buffer<ArrayBuffer>[] = [];
  private readonly all: Buffer<ArrayBuffer>[] = [];
  private filling = this.make();
  private used = HEADER.copy(this.filling);
  private failure: Error | null = null;
  private wake: (() => void) | null = null;

  constructor(stream: CopyStreamQuery) {
    this.stream = stream;
    stream.on('error', (error: Error) => {
      this.failure ??= error;
      this.wake?.();
    });
  }

  async write(rows: Uint8Array): Promise<void> {
    if (this.failure !== null) throw this.failure;
    let from = 0;
    while (from < rows.length) {
      if (this.used === WRITE_BYTES) await this.send();
      const count = Math.min(rows.length - from, WRITE_BYTES - this.used);
      this.filling.set(rows.subarray(from, from + count), this.used);
      this.used += count;
      from += count;
    }
  }

  async finish(): Promise<number> {
    await this.write(TRAILER);
    if (this.failure !== null) throw this.failure;
    const started = performance.now();
    let finished = false;
    this.stream.end(this.filling.subarray(0, this.used), (error?: Error | null) => {
      if (error) this.failure ??= error;
      finished = true;
      this.wake?.();
    });
    while (!finished) await this.settled();
    if (this.failure !== null) throw this.failure;
    this.waitMs += performance.now() - started;
    // The server has everything, so nothing reads from the buffers any more.
    for (const buffer of this.all) giveMemory(buffer.buffer);
    return this.stream.rowCount;
  }

  private make(): Buffer<ArrayBuffer> {
    const buffer = Buffer.from(takeMemory(WRITE_BYTES));
    this.all.push(buffer);
    return buffer;
  }

  abort(): void {
    this.failure ??= new Error('the copy was cancelled');
    this.stream.destroy();
  }

  /** Passes the full buffer to the stream and takes the next free one. Waits for it if necessary. */
  private async send(): Promise<void> {
    const full = this.filling;
    this.stream.write(full, (error) => {
      if (error) return;
      this.free.push(full);
      this.wake?.();
    });
    if (this.free.length === 0 && this.all.length < WRITES) this.free.push(this.make());
    const started = performance.now();
    while (this.free.length === 0) await this.settled();
    this.waitMs += performance.now() - started;
    this.filling = this.free.pop()!;
    this.used = 0;
  }

  /** Resolves when a buffer is free again or the copy has ended. Throws if the copy has failed. */
  private async settled(): Promise<void> {
    if (this.failure === null) await new Promise<void>((resolve) => (this.wake = resolve));
    this.wake = null;
    if (this.failure !== null) throw this.failure;
  }
}
