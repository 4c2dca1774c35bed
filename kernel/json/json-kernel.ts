/**
 * A kernel for JSON: records become rows of CSV, which the kernel converts. Places are those of the JSON.
 *
 *   bytes ─▶ RecordWindow: a record ─▶ RecordReader: the values of its paths ─▶ CsvRows ─▶ kernel ─▶ batch
 *                                          └─ a record that is not valid: a row that the kernel rejects
 */
import { RECORD_BYTES_MAX } from '../kernel.ts';
import { validBytes } from '../read-batch.ts';
import {
  type Batch,
  type CopyField,
  type Kernel,
  type KernelDialect,
  type KernelPlan,
  type PackedRows,
  type RawReject,
  RejectReason,
  type RowPlace,
  type TextHashes,
} from '../types.ts';
import type { JsonFormat } from './fields.ts';
import { type RecordFault, RecordReader } from './record-reader.ts';
import { RecordWindow } from './record-window.ts';
import { RowList, type TooLong } from './row-list.ts';

export interface JsonKernelOptions {
  readonly windowBytes?: number;
  /** Longer records are rejected as tooLong. */
  readonly recordBytesMax?: number;
}

/** Rows are passed to the kernel when they take as many bytes, or are as many. */
const rowsBytes = 1 << 20;
const rowsMost = 16_384;
const freeBytes = 256 << 10;
/** Bytes of a record's text that are shown. */
const rawBytes = 8192;

const rowDialect: KernelDialect = { delimiter: ',', quote: '"', trim: false };

export class JsonKernel implements Kernel {
  readonly #inner: Kernel;
  readonly #format: JsonFormat;
  readonly #reader: RecordReader;
  readonly #windowBytes: number;
  readonly #recordBytesMax: number;
  #window: RecordWindow | null = null;
  #places = false;
  /** The rows that the kernel has, and the number of the first. Bound: rowsMost, or those of one record. */
  readonly #rows = new RowList();
  #firstRow = 0;
  /** Rows that came back in batches. */
  #seen = 0;
  /** Bytes of CSV that the kernel has been given. */
  #fed = 0;

  constructor(inner: Kernel, format: JsonFormat, options: JsonKernelOptions = {}) {
    this.#inner = inner;
    this.#format = format;
    this.#reader = new RecordReader(format);
    this.#windowBytes = options.windowBytes ?? 2 << 20;
    this.#recordBytesMax = options.recordBytesMax ?? RECORD_BYTES_MAX;
  }

  begin(plan: KernelPlan, chunk: { readonly byteStart: number; readonly skipBytes: number }): void {
    if (chunk.skipBytes !== 0) throw new RangeError('A chunk of JSON begins at a record.');
    const { kind, hasNone, fields } = this.#format;
    this.#inner.begin(
      { ...plan, dialect: rowDialect, fieldCount: fields.length, places: false },
      { byteStart: 0, skipBytes: 0 },
    );
    const options = {
      windowBytes: this.#windowBytes,
      freeBytes: Math.min(freeBytes, this.#windowBytes >> 1),
      recordBytesMax: this.#recordBytesMax,
    };
    this.#window = new RecordWindow(kind === 'json', chunk.byteStart, options, hasNone === true);
    this.#places = plan.places === true;
    this.#rows.clear();
    this.#firstRow = 0;
    this.#seen = 0;
    this.#fed = 0;
    this.#reader.rows.clear();
  }

  inputSpace(): Uint8Array {
    return this.#open().inputSpace();
  }

  filled(byteCount: number, last: boolean): void {
    this.#open().filled(byteCount, last);
  }

  next(): Batch | null {
    const window = this.#open();
    for (;;) {
      const batch = this.#inner.next();
      if (batch !== null) return this.#show(batch);
      if (this.#feed()) continue;
      if (window.wantsInput || !this.#takeRecords(window)) return null;
    }
  }

  encodeCopyRows(fields: readonly CopyField[], rows: number): Uint8Array {
    return this.#inner.encodeCopyRows(fields, rows);
  }

  packCopyRows(...packing: Parameters<Kernel['packCopyRows']>): PackedRows {
    return this.#inner.packCopyRows(...packing);
  }

  hashTexts(offsets: Int32Array, bytes: Uint8Array): TextHashes {
    return this.#inner.hashTexts(offsets, bytes);
  }

  #open(): RecordWindow {
    if (this.#window === null) throw new Error('Call begin() first.');
    return this.#window;
  }

  /** Gives the kernel the next bytes of the rows. False: it has them all. */
  #feed(): boolean {
    const { bytes, at } = this.#reader.rows;
    if (this.#fed === at) return false;
    const space = this.#inner.inputSpace();
    const until = Math.min(at, this.#fed + space.length);
    space.set(bytes.subarray(this.#fed, until));
    // Rows are whole when they are all there, so the kernel need not wait for more.
    this.#inner.filled(until - this.#fed, until === at);
    this.#fed = until;
    return true;
  }

  /** Makes rows of the next records. False: more bytes are needed, or there are no more. */
  #takeRecords(window: RecordWindow): boolean {
    const { rows } = this.#reader;
    rows.clear();
    this.#fed = 0;
    this.#firstRow += this.#rows.count;
    this.#rows.clear();
    while (rows.at < rowsBytes && this.#rows.count < rowsMost && window.next()) this.#takeRecord(window);
    return this.#rows.count > 0;
  }

  #takeRecord(window: RecordWindow): void {
    const { long, bytes, from, to } = window;
    if (long !== null) {
      this.#rows.add(long.offset, long.length, long.line);
      this.#spoil(long);
    } else if (to - from > this.#recordBytesMax) {
      this.#place(window, from, to);
      this.#spoil({ head: bytes.subarray(from, to) });
    } else {
      const fault = window.isMissing ? missing(from) : this.#reader.read(bytes, from, to);
      if (fault === null && this.#reader.explodes) this.#takeElements(window);
      else this.#takeRow(window, from, to, fault);
    }
  }

  /** Makes rows of the elements of the record that was read last. */
  #takeElements(window: RecordWindow): void {
    const { elements } = this.#reader;
    for (let e = 0; e < elements.length; e += 2) {
      const from = elements[e];
      const to = elements[e + 1];
      this.#takeRow(window, from, to, this.#reader.readElement(window.bytes, from, to));
    }
  }

  /** Makes a row of what was read last, in which `fault` was found. */
  #takeRow(window: RecordWindow, from: number, to: number, fault: RecordFault | null): void {
    this.#place(window, from, to);
    const found = fault ?? this.#reader.writeRow();
    if (found !== null) this.#spoil({ ...found, at: window.offsetOf(found.at) });
  }

  #place(window: RecordWindow, from: number, to: number): void {
    this.#rows.add(window.offsetOf(from), to - from, window.linesBefore(from));
  }

  #spoil(fault: RecordFault | TooLong): void {
    this.#reader.spoilRow();
    this.#rows.spoil(fault);
  }

  #show(batch: Batch): Batch {
    const first = this.#seen - this.#firstRow;
    this.#seen += batch.parsed;
    const rejects = batch.rejects.map((reject) => this.#reject(reject));
    const { rows, vectors, parsed } = batch;
    const accepted = rowsKept(first, batch, this.#firstRow);
    const byteOffsets = new Float64Array(rows);
    for (let row = 0; row < rows; row++) byteOffsets[row] = this.#rows.byteOffsets[accepted[row]];
    return {
      ...{ rows, vectors, parsed, byteOffsets, rejects },
      ...(this.#places && {
        place: (row: number) => this.#placeOf(accepted[row]),
        line: (row: number) => this.#rows.lines[accepted[row]],
      }),
    };
  }

  #placeOf(row: number): RowPlace {
    const { byteOffsets, byteLengths, lines } = this.#rows;
    const raw = this.#shownOf(row).toString('utf8');
    return {
      byteOffset: byteOffsets[row],
      byteLength: byteLengths[row],
      record: this.#firstRow + row,
      line: lines[row],
      raw,
    };
  }

  /** The beginning of the row's text. */
  #shownOf(row: number): Buffer {
    const { byteOffsets, byteLengths, faults } = this.#rows;
    const fault = faults.get(row);
    const text =
      fault !== undefined && 'head' in fault
        ? fault.head
        : this.#open().textAt(byteOffsets[row], byteLengths[row]);
    return Buffer.from(text.subarray(0, rawBytes));
  }

  #reject({ record, column, reason, others }: RawReject): RawReject {
    const row = record - this.#firstRow;
    const place = this.#placeOf(row);
    const fault = this.#rows.faults.get(row);
    if (fault === undefined) return { ...place, column, reason, ...(others && { others }) };
    if ('head' in fault) return { ...place, column: -1, reason: RejectReason.tooLong };
    if (!fault.encoding) return { ...place, column: -1, reason: RejectReason.json, because: wordsOf(fault) };
    return {
      ...place,
      column: -1,
      reason: RejectReason.encoding,
      validBytes: validBytes(this.#shownOf(row), place.raw),
    };
  }
}

/**
 * Numbers of the rows that a batch has accepted. `first`: that of its first row. `firstRow`: what to subtract from the
 * records of rejects, which are counted in the chunk.
 */
function rowsKept(first: number, { rows, parsed, rejects }: Batch, firstRow: number): Int32Array {
  const kept = new Int32Array(rows);
  let reject = 0;
  let row = 0;
  for (let i = first; i < first + parsed; i++) {
    if (reject < rejects.length && rejects[reject].record - firstRow === i) reject++;
    else kept[row++] = i;
  }
  return kept;
}

function missing(at: number): RecordFault {
  return { because: 'a value should be here', path: '$', at, encoding: false };
}

function wordsOf({ because, path, at }: RecordFault): string {
  return `${path}, byte ${at} of the file: ${because}`;
}
