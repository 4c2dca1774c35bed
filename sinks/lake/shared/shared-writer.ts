import type { Part } from '../../../ledger/rows.ts';
import type { Storage, StorageWriter } from '../../../platform/storage/contract.ts';
import { ByteSink } from '../parquet/byte-sink.ts';
import type { ColumnChunk, ColumnValues } from '../parquet/column-chunk.ts';
import { Compression } from '../parquet/compression.ts';
import { MAGIC, type RowGroup, writeFooter } from '../parquet/footer.ts';
import { encodeRowGroup } from '../parquet/row-group.ts';
import type { ParquetColumn } from '../parquet/schema.ts';
import { chunkColumn, type StoredPart, type StoredRowGroup } from './stored-part.ts';

/**
 * Writes a part that chunks share, in staging.
 *
 *   new ─▶ (copy | encode) … ─▶ finish      abort, from any state
 */
export class SharedPartWriter {
  /** Those of the part's rows, and `_chunk`. */
  readonly columns: readonly ParquetColumn[];
  rows = 0;
  readonly #lake: Storage;
  readonly #key: string;
  readonly #compression: readonly Compression[];
  readonly #rowGroups: RowGroup[] = [];
  readonly #sink = new ByteSink(1 << 20);
  #writer: StorageWriter | null = null;
  #bytes = 0;

  /** `codec`: what compresses row groups that are encoded. */
  constructor(lake: Storage, key: string, columns: readonly ParquetColumn[], codec: 'snappy' | 'zstd') {
    this.#lake = lake;
    this.#key = key;
    this.columns = [...columns, chunkColumn];
    this.#compression = this.columns.map(() => new Compression(codec));
    this.#sink.append(MAGIC);
  }

  /**
   * Copies a row group of another part as it stands. `chunkId`: the chunk of all its rows, where that part does not say
   * it.
   */
  async copy(part: StoredPart, group: StoredRowGroup, chunkId: number | null): Promise<void> {
    await this.#send();
    const shift = this.#bytes - group.start;
    for await (const bytes of part.read(group.start, group.end)) await this.#write(bytes);
    if (this.#bytes - shift !== group.end) throw new Error('it is shorter than it was');
    const columns = group.columns.map((chunk) => moved(chunk, shift));
    if (chunkId !== null) {
      const shape = { columns: [chunkColumn], compression: [this.#compression.at(-1)!] };
      const added = await encodeRowGroup(shape, [constant(chunkId, group.rows)], this.#sink, this.#bytes);
      columns.push(...added.columns);
    }
    this.#rowGroups.push({ rows: group.rows, columns });
    this.rows += group.rows;
  }

  /** Writes rows as a row group; the last of the columns is `_chunk`. */
  async encode(values: readonly ColumnValues[]): Promise<void> {
    const shape = { columns: this.columns, compression: this.#compression };
    const group = await encodeRowGroup(shape, values, this.#sink, this.#bytes);
    this.#rowGroups.push(group);
    this.rows += group.rows;
    await this.#send();
  }

  /** Writes the footer. The part is then complete in staging. */
  async finish(metadata: Readonly<Record<string, string>>): Promise<Pick<Part, 'rows' | 'bytes'>> {
    writeFooter(this.#sink, this.columns, this.#rowGroups, metadata);
    await this.#send();
    await this.#writer!.commit();
    this.#writer = null;
    this.#sink.release();
    return { rows: this.rows, bytes: this.#bytes };
  }

  /** Does not fail. */
  async abort(): Promise<void> {
    await Promise.allSettled([this.#writer?.abort(), this.#lake.delete(this.#key)]);
    this.#writer = null;
  }

  async #send(): Promise<void> {
    if (this.#sink.length > 0) await this.#write(this.#sink.written());
    this.#sink.length = 0;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#writer ??= await this.#lake.writer(this.#key);
    await this.#writer.write(bytes);
    this.#bytes += bytes.length;
  }
}

/** What the footer says of a column chunk that lies elsewhere now. */
function moved(chunk: ColumnChunk, by: number): ColumnChunk {
  const { dictionaryPageOffset: dictionary, dataPageOffset } = chunk;
  return {
    ...chunk,
    dictionaryPageOffset: dictionary === null ? null : dictionary + by,
    dataPageOffset: dataPageOffset + by,
  };
}

/** `rows` times the same number. */
function constant(value: number, rows: number): ColumnValues {
  const values = new Int32Array(rows).fill(value);
  return { rows, count: rows, nullable: false, levels: null, data: { kind: 'int32', values } };
}
