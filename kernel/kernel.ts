/** The kernel: CSV bytes in, typed columns and COPY rows out. kernel/assembly does the work. */

import { KernelDictionary } from './columns/dictionary.ts';
import { CopyEncoder } from './copy.ts';
import { instantiate, type KernelInstance } from './module.ts';
import { writePlan } from './plan.ts';
import { columnVector, readLine, readPlace, readRejects } from './read-batch.ts';
import { TextHasher } from './text-hash.ts';
import type { Batch, CopyField, Kernel, KernelPlan, PackedRows, Packing, TextHashes } from './types.ts';

export interface KernelOptions {
  /** Largest number of records in a batch, rejected ones included. */
  readonly batchRows?: number;
  /** Bytes of the input window, which grows for longer records. */
  readonly inputBytes?: number;
  /** Longer records (without their line end) are rejected as tooLong. */
  readonly recordBytesMax?: number;
}

const MIB = 1 << 20;

/** Bytes of the longest record that is read, by default. */
export const RECORD_BYTES_MAX = 16 * MIB;
/** Most values in a batch, which has fewer rows for plans of more than 64 columns. */
const BATCH_CELLS = 64 * 32768;
const BATCH_ROWS_LEAST = 16;
/** Free input space that the caller can rely on, if the window is large enough. */
const FREE_BYTES = 256 << 10;
/** Bytes that the kernel adds to a window before it rounds up to a power of two. */
const WINDOW_EXTRA = 80;

/** A kernel with its own memory: about 10 MiB for the default options and a dozen columns. */
export async function createKernel(options: KernelOptions = {}): Promise<Kernel> {
  return new WasmKernel(await instantiate(), options);
}

class WasmKernel implements Kernel {
  readonly #instance: KernelInstance;
  readonly #copy: CopyEncoder;
  readonly #hasher: TextHasher;
  readonly #batchRows: number;
  readonly #windowBytes: number;
  readonly #freeBytes: number;
  readonly #recordBytesMax: number;
  #plan: KernelPlan | null = null;
  #dictionaries: (KernelDictionary | null)[] = [];
  #offsets = 0;
  #last = false;
  #batch: Batch | null = null;

  constructor(instance: KernelInstance, options: KernelOptions) {
    this.#instance = instance;
    this.#copy = new CopyEncoder(instance);
    this.#hasher = new TextHasher(instance);
    this.#batchRows = options.batchRows ?? 32768;
    this.#windowBytes = Math.max(64, (options.inputBytes ?? 2 * MIB) - WINDOW_EXTRA);
    this.#freeBytes = Math.min(FREE_BYTES, this.#windowBytes >> 1);
    this.#recordBytesMax = options.recordBytesMax ?? RECORD_BYTES_MAX;
  }

  begin(plan: KernelPlan, chunk: { readonly byteStart: number; readonly skipBytes: number }): void {
    this.#plan = null;
    this.#batch = null;
    this.#copy.reset();
    this.#hasher.reset();
    const batchRows = Math.min(
      this.#batchRows,
      Math.max(BATCH_ROWS_LEAST, Math.floor(BATCH_CELLS / plan.columns.length)),
    );
    writePlan(this.#instance, plan, batchRows);
    this.#offsets = this.#instance.exports.beginChunk(
      plan.fieldCount,
      batchRows,
      this.#windowBytes,
      this.#recordBytesMax,
      chunk.byteStart,
      chunk.skipBytes,
    );
    this.#dictionaries = plan.columns.map((column, i) =>
      column.type.kind === 'dictionary' ? new KernelDictionary(this.#instance, i) : null,
    );
    this.#last = false;
    this.#plan = plan;
  }

  inputSpace(): Uint8Array {
    const { exports, memory } = this.#instance;
    const address = exports.makeRoom(this.#freeBytes);
    return new Uint8Array(memory.buffer, address, exports.freeBytes());
  }

  filled(byteCount: number, last: boolean): void {
    if (byteCount > this.#instance.exports.freeBytes()) throw new RangeError('More bytes than input space.');
    this.#instance.exports.filled(byteCount);
    this.#last = last;
  }

  next(): Batch | null {
    const { exports } = this.#instance;
    if (!this.#plan) throw new Error('Call begin() before next().');
    this.#batch = null;
    if (!this.#last && exports.freeBytes() >= this.#freeBytes) return null;
    const rows = exports.readBatch(this.#last);
    const rejects = exports.rejectCount();
    if (rows + rejects === 0) return null;
    this.#batch = this.#show(rows);
    return this.#batch;
  }

  encodeCopyRows(fields: readonly CopyField[], rows: number): Uint8Array {
    return this.#keepingViews(() => this.#copy.encode(fields, rows));
  }

  packCopyRows(fields: readonly CopyField[], rows: number, packing: Packing): PackedRows {
    return this.#keepingViews(() => this.#copy.pack(fields, rows, packing));
  }

  hashTexts(offsets: Int32Array, bytes: Uint8Array): TextHashes {
    return this.#keepingViews(() => this.#hasher.hash(offsets, bytes));
  }

  /** Growing memory detaches the views on it, so the batch's vectors get new ones. */
  #keepingViews<T>(work: () => T): T {
    const before = this.#instance.memory.buffer;
    const result = work();
    if (this.#instance.memory.buffer !== before && this.#batch) this.#refresh(this.#batch);
    return result;
  }

  #show(rows: number): Batch {
    const plan = this.#plan!;
    const rejects = readRejects(this.#instance);
    return {
      rows,
      vectors: plan.columns.map((column, i) =>
        columnVector(this.#instance, column, i, this.#dictionaries[i], rows),
      ),
      byteOffsets: new Float64Array(this.#instance.memory.buffer, this.#offsets, rows),
      rejects,
      parsed: rows + rejects.length,
      ...(plan.places && {
        place: (row: number) => readPlace(this.#instance, row, this.#offsetOf(row)),
        line: (row: number) => readLine(this.#instance, row),
      }),
    };
  }

  #offsetOf(row: number): number {
    return new Float64Array(this.#instance.memory.buffer, this.#offsets, row + 1)[row];
  }

  #refresh(batch: Batch): void {
    const fresh = this.#show(batch.rows);
    batch.vectors.forEach((vector, i) => {
      Object.assign(vector, fresh.vectors[i]);
    });
    Object.assign(batch, { byteOffsets: fresh.byteOffsets });
  }
}
