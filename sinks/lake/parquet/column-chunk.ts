/** Encodes one column of a row group: chooses the encoding and the codec, writes the pages, and returns a summary. */
import { ByteSink } from './byte-sink.ts';
import type { Compression } from './compression.ts';
import { type ChunkPages, Encoding, PageWriter } from './pages.ts';
import { bitWidth, encodeHybrid, hybridBytesMax, packBits } from './rle.ts';
import type { ParquetColumn } from './schema.ts';
import { cutFixed, cutPlainTexts, type PageSpan } from './spans.ts';
import {
  type Bounds,
  booleanBounds,
  decimal128Bounds,
  fixedBytesBounds,
  float64Bounds,
  int32Bounds,
  int32Range,
  int64Bounds,
  plainTextBounds,
} from './statistics.ts';
import { indexFloat64, indexInt32, indexTexts } from './value-dictionary.ts';

/**
 * The values of a column in one row group, without nulls: `count` values for `rows` rows. `levels` has one byte per
 * row, 1 for a value. It may be null if every row has a value. Arrays may be longer than needed.
 */
export interface ColumnValues {
  readonly rows: number;
  readonly count: number;
  readonly nullable: boolean;
  readonly levels: Uint8Array | null;
  readonly data:
    | { readonly kind: 'int32'; readonly values: Int32Array }
    /** Little-endian pairs of words. */
    | { readonly kind: 'int64'; readonly words: Int32Array }
    | { readonly kind: 'float64'; readonly values: Float64Array }
    /** A byte each, 0 or 1. */
    | { readonly kind: 'boolean'; readonly values: Uint8Array }
    /** 16 bytes each. */
    | { readonly kind: 'uuid'; readonly values: Uint8Array }
    /** 16 bytes each, two's complement, the highest byte first. */
    | { readonly kind: 'decimal128'; readonly values: Uint8Array }
    /** PLAIN byte arrays: 32-bit length, bytes, … */
    | { readonly kind: 'utf8'; readonly plain: Uint8Array; readonly byteLength: number }
    | {
        readonly kind: 'dictionary';
        readonly codes: Int32Array;
        readonly codeCount: number;
        readonly bytes: (code: number) => Uint8Array;
      };
}

/** What the footer says about a column chunk. Offsets are relative to the file. */
export interface ColumnChunk extends ChunkPages {
  readonly column: ParquetColumn;
  readonly rows: number;
  readonly nullCount: number;
  readonly bounds: Bounds | null;
}

/** Memory for one page at a time. One per process is enough, because encoding a page is not interrupted. */
const encoded = new ByteSink(1 << 16);

/**
 * Appends a column chunk to `sink`, whose first byte is at `fileOffset` of the file. Yields after each page of texts,
 * of which there may be many megabytes. All other encodings take a few milliseconds.
 */
export function* encodeColumnChunk(
  column: ParquetColumn,
  values: ColumnValues,
  sink: ByteSink,
  fileOffset: number,
  compression: Compression,
): Generator<void, ColumnChunk> {
  const pages = new PageWriter(sink, fileOffset, values.nullable, values.levels);
  const bounds = yield* encodeValues(values, pages, compression);
  return { column, rows: values.rows, nullCount: values.rows - values.count, bounds, ...pages.finish() };
}

/** Writes all pages. Returns the bounds, which are a by-product of choosing the encoding. */
function* encodeValues(
  values: ColumnValues,
  pages: PageWriter,
  compression: Compression,
): Generator<void, Bounds | null> {
  const { data, count } = values;
  switch (data.kind) {
    case 'int32':
      return encodeInt32(values, data.values, pages, compression);
    case 'int64':
      encodePlain(values, bytesOf(data.words, count * 8), 8, pages, compression);
      return int64Bounds(data.words, count);
    case 'float64':
      return encodeFloat64(values, data.values, pages, compression);
    case 'uuid':
      encodePlain(values, data.values.subarray(0, count * 16), 16, pages, compression);
      return fixedBytesBounds(data.values, 16, count);
    case 'decimal128':
      encodePlain(values, data.values.subarray(0, count * 16), 16, pages, compression);
      return decimal128Bounds(data.values, count);
    case 'boolean':
      encodeBooleans(values, data.values, pages);
      return booleanBounds(data.values, count);
    case 'utf8':
      yield* encodePlainTexts(values, data.plain.subarray(0, data.byteLength), pages, compression);
      return plainTextBounds(data.plain, data.byteLength);
    case 'dictionary':
      return encodeDictionary(values, data, pages, compression);
  }
}

function bytesOf(values: Int32Array | Float64Array, byteLength: number): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, byteLength);
}

function encodePlain(
  values: ColumnValues,
  bytes: Uint8Array,
  width: number,
  pages: PageWriter,
  compression: Compression,
): void {
  pages.codec = compression.codecOf(bytes);
  for (const span of cutFixed(values.rows, values.levels, width)) {
    pages.dataPage(span, Encoding.plain, bytes.subarray(span.valueFrom * width, span.valueTo * width));
  }
}

function* encodePlainTexts(
  values: ColumnValues,
  bytes: Uint8Array,
  pages: PageWriter,
  compression: Compression,
): Generator<void, void> {
  pages.codec = compression.codecOf(bytes);
  for (const { span, byteFrom, byteTo } of cutPlainTexts(values.rows, values.levels, bytes)) {
    pages.dataPage(span, Encoding.plain, bytes.subarray(byteFrom, byteTo));
    yield;
  }
}

function encodeBooleans(values: ColumnValues, bits: Uint8Array, pages: PageWriter): void {
  for (const span of cutFixed(values.rows, values.levels, 1)) {
    encoded.length = 0;
    encoded.reserve((span.valueTo - span.valueFrom) / 8 + 1);
    encoded.length = packBits(bits, span.valueFrom, span.valueTo, encoded.view, 0);
    pages.dataPage(span, Encoding.plain, encoded.written());
  }
}

/** Stores hours, days and other small ranges as codes of a few bits, and other integers unchanged. */
function encodeInt32(
  values: ColumnValues,
  numbers: Int32Array,
  pages: PageWriter,
  compression: Compression,
): Bounds | null {
  const { count } = values;
  if (count === 0) {
    encodePlain(values, new Uint8Array(0), 4, pages, compression);
    return null;
  }
  const [min, max] = int32Range(numbers, count);
  const indexed = indexInt32(numbers, count, min, max);
  if (indexed === null) {
    encodePlain(values, bytesOf(numbers, count * 4), 4, pages, compression);
  } else {
    pages.dictionaryPage(indexed.entries.length, bytesOf(indexed.entries, indexed.entries.length * 4));
    encodeIndexes(values, indexed.indexes, indexed.entries.length, pages);
  }
  return int32Bounds(min, max);
}

/** Uses a dictionary if few doubles are distinct. Otherwise stores the doubles unchanged. */
function encodeFloat64(
  values: ColumnValues,
  numbers: Float64Array,
  pages: PageWriter,
  compression: Compression,
): Bounds | null {
  const { count } = values;
  const indexed = indexFloat64(numbers, count);
  if (indexed === null) {
    encodePlain(values, bytesOf(numbers, count * 8), 8, pages, compression);
    return float64Bounds(numbers, count);
  }
  const { entries, indexes } = indexed;
  pages.dictionaryPage(entries.length, bytesOf(entries, entries.length * 8));
  encodeIndexes(values, indexes, entries.length, pages);
  return float64Bounds(entries, entries.length);
}

/** Writes a dictionary of the codes in use. If nearly every value is distinct, plain texts are shorter. */
function encodeDictionary(
  values: ColumnValues,
  data: Extract<ColumnValues['data'], { kind: 'dictionary' }>,
  pages: PageWriter,
  compression: Compression,
): Bounds | null {
  const { distinct, indexes, plain } = indexTexts(data, values.count);
  if (indexes === null) {
    // Does not yield, because the texts are in memory that is shared.
    for (const _ of encodePlainTexts(values, plain, pages, compression));
  } else {
    if (plain.length > 4096) pages.codec = compression.codecOf(plain);
    pages.dictionaryPage(distinct, plain);
    encodeIndexes(values, indexes, distinct, pages);
  }
  return plainTextBounds(plain, plain.length);
}

/** Data pages of RLE_DICTIONARY: one byte with the bit width, then the RLE / bit-packing hybrid. */
function encodeIndexes(values: ColumnValues, indexes: Int32Array, entries: number, pages: PageWriter): void {
  const width = bitWidth(entries - 1);
  const spans: Iterable<PageSpan> = cutFixed(values.rows, values.levels, 4);
  for (const span of spans) {
    encoded.length = 0;
    encoded.reserve(1 + hybridBytesMax(span.valueTo - span.valueFrom, width));
    encoded.bytes[0] = width;
    encoded.length = encodeHybrid(indexes, span.valueFrom, span.valueTo, width, encoded.view, 1);
    pages.dataPage(span, Encoding.rleDictionary, encoded.written());
  }
}
