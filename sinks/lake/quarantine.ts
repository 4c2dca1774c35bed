/**
 * Quarantine parts hold the rejects of a chunk as Parquet, for people who look into the lake. They are small and
 * row-oriented, so parquetjs-lite writes them. The ledger has the same rejects, and is authoritative.
 */
import { Writable } from 'node:stream';
import type parquet from 'parquetjs-lite';
import type { Part } from '../../ledger/rows.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import type { Storage, StorageWriter } from '../../platform/storage/contract.ts';
import { stagingKey } from '../../platform/storage/staging-key.ts';

/** A row that was not loaded, as recorded in the ledger. */
export interface QuarantinedRow {
  readonly byteOffset: number;
  /** 1-based line in the file. */
  readonly line: number;
  /** Null if the record as a whole is at fault. */
  readonly column: string | null;
  readonly code: string;
  readonly message: string;
  readonly raw: string;
}

export interface QuarantineOptions {
  readonly lake: Storage;
  readonly dataset: string;
  readonly definitionVersion: string;
  readonly fileId: number;
  /** The name of the file, for the `file` column. */
  readonly file: string;
  readonly chunkNumber: number;
  readonly fencingToken: number;
}

/**
 * The most rejects in a part, apart from those of the turn that reaches it. Its encoder writes about 10,000 per second:
 * enough for what people look at, but not for a file that consists of rejects. The ledger has all of them.
 */
const REJECTS_MAX = 10_000;

/** Raw texts take up to 8 KiB each, and the rows of a group wait in memory. */
const ROW_GROUP_ROWS = 1000;

// The package orders texts by UTF-16 code unit, which is not Parquet's order. No statistics are better than wrong
// ones.
const text = { type: 'UTF8', statistics: false } as const;
const number = { type: 'INT64', statistics: false } as const;
const columns = {
  file: text,
  byte_offset: number,
  line: number,
  column: { ...text, optional: true },
  code: text,
  message: text,
  raw: { ...text, compression: 'SNAPPY' },
  definition_version: text,
} as const;

type Writer = Awaited<ReturnType<typeof parquet.ParquetWriter.openStream>>;

/** `quarantine/<dataset>/f<fileId>-c<chunk>.parquet`; a later try of the chunk replaces it. */
export function quarantinePath({
  dataset,
  fileId,
  chunkNumber,
}: Pick<QuarantineOptions, 'dataset' | 'fileId' | 'chunkNumber'>): string {
  return `quarantine/${dataset}/f${fileId}-c${chunkNumber}.parquet`;
}

/**
 * Writes the rejects of a chunk to the lake: add … add ─▶ finish ─▶ publish, or abort from anywhere. Nothing is
 * opened before the first reject, and without rejects there is no part.
 */
export class QuarantinePart {
  readonly #options: QuarantineOptions;
  readonly #stagingKey: string;
  #storage: StorageWriter | null = null;
  #writer: Writer | null = null;
  #rows = 0;
  #bytes = 0;
  #finished = false;

  constructor(options: QuarantineOptions) {
    const { dataset, fileId, chunkNumber, fencingToken } = options;
    this.#options = options;
    this.#stagingKey = `${stagingKey(dataset, fileId, chunkNumber, fencingToken)}-quarantine`;
  }

  /** Blocks the event loop for about 30 ms per 250 rows, because the package is slow. */
  async add(rejects: readonly QuarantinedRow[]): Promise<void> {
    if (this.#rows >= REJECTS_MAX) return;
    const { file, definitionVersion } = this.#options;
    for (const { byteOffset, line, column, code, message, raw } of rejects) {
      this.#writer ??= await this.#open();
      const row: Record<string, unknown> = { file, byte_offset: byteOffset, line, code, message, raw };
      row.definition_version = definitionVersion;
      if (column !== null) row.column = column;
      await this.#writer.appendRow(row);
      this.#rows += 1;
    }
  }

  async #open(): Promise<Writer> {
    const storage = await this.#options.lake.writer(this.#stagingKey);
    this.#storage = storage;
    const stream = new Writable({
      write: (bytes: Buffer, _encoding, done) => {
        this.#bytes += bytes.length;
        storage.write(bytes).then(() => done(), done);
      },
    });
    const options = { rowGroupSize: ROW_GROUP_ROWS, pageIndex: false, useDataPageV2: false };
    // Imported with the first reject, since most chunks have none.
    const { ParquetSchema, ParquetWriter } = (await import('parquetjs-lite')).default;
    return ParquetWriter.openStream(new ParquetSchema(columns), stream, options);
  }

  /** Completes the part in staging. Returns null if nothing was rejected. */
  async finish(): Promise<Part | null> {
    const part = await this.#complete();
    crashPoint('quarantine.staged');
    return part;
  }

  async #complete(): Promise<Part | null> {
    if (this.#writer === null || this.#storage === null) return null;
    await this.#writer.close();
    await this.#storage.commit();
    this.#storage = null;
    this.#finished = true;
    return { path: quarantinePath(this.#options), rows: this.#rows, bytes: this.#bytes };
  }

  /** Moves the part into place, if there is one. */
  async publish(): Promise<void> {
    const { lake } = this.#options;
    if (this.#finished) await lake.moveFrom(lake, this.#stagingKey, quarantinePath(this.#options));
    this.#finished = false;
    crashPoint('quarantine.published');
  }

  /** Drops what is staged. Does not fail. */
  async abort(): Promise<void> {
    const { lake } = this.#options;
    await Promise.allSettled([this.#storage?.abort(), this.#finished ? lake.delete(this.#stagingKey) : null]);
    this.#storage = null;
    this.#finished = false;
  }
}
