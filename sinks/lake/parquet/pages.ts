/**
 * Page headers and page bodies.
 * Source: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
 */
import { ByteSink } from './byte-sink.ts';
import { encodeLevels, levelBytesMax } from './rle.ts';
import { snappyBytesMax, snappyCompress } from './snappy.ts';
import type { PageSpan } from './spans.ts';
import { ThriftWriter } from './thrift-compact.ts';
import { zstdPage } from './zstd-page.ts';

export const Encoding = { plain: 0, rle: 3, rleDictionary: 8 } as const;
export type Encoding = (typeof Encoding)[keyof typeof Encoding];

export const Codec = { uncompressed: 0, snappy: 1, zstd: 6 } as const;
export type Codec = (typeof Codec)[keyof typeof Codec];

export const PageType = { data: 0, dictionary: 2 } as const;
export type PageType = (typeof PageType)[keyof typeof PageType];

/** Where a column chunk's pages are, and their sizes. Offsets are relative to the file. */
export interface ChunkPages {
  readonly codec: Codec;
  /** The encoding of the data pages. */
  readonly encoding: Encoding;
  readonly dataPages: number;
  /** Null if there is no dictionary page. */
  readonly dictionaryPageOffset: number | null;
  readonly dataPageOffset: number;
  /** The bytes of all pages including their headers, as stored and uncompressed. */
  readonly compressedBytes: number;
  readonly uncompressedBytes: number;
}

/** Memory for one page at a time. Encoding is synchronous. */
const levelScratch = new ByteSink(1 << 15);
const bodyScratch = new ByteSink(1 << 16);
const compressedScratch = new ByteSink(1 << 16);

/** Writes the pages of one column chunk, the dictionary page (if any) first. */
export class PageWriter {
  /** What compresses the bodies. Set before the first page. */
  codec: Codec = Codec.uncompressed;
  readonly #sink: ByteSink;
  readonly #fileOffset: number;
  readonly #nullable: boolean;
  readonly #levels: Uint8Array | null;
  readonly #start: number;
  #dictionaryPageOffset: number | null = null;
  #dataPageOffset = -1;
  #dataPages = 0;
  #encoding: Encoding = Encoding.plain;
  #uncompressedBytes = 0;

  /** `fileOffset`: where the sink's first byte is in the file. `levels`: as in ColumnValues. */
  constructor(sink: ByteSink, fileOffset: number, nullable: boolean, levels: Uint8Array | null) {
    this.#nullable = nullable;
    this.#sink = sink;
    this.#fileOffset = fileOffset;
    this.#levels = levels;
    this.#start = sink.length;
  }

  /** `plain`: the entries, PLAIN encoded. */
  dictionaryPage(entries: number, plain: Uint8Array): void {
    this.#dictionaryPageOffset = this.#fileOffset + this.#sink.length;
    this.#page(PageType.dictionary, null, plain, (thrift) => {
      thrift.struct(7);
      thrift.i32(1, entries);
      thrift.i32(2, Encoding.plain);
      thrift.end();
    });
  }

  /** `values`: the encoded values of the span. */
  dataPage(span: PageSpan, encoding: Encoding, values: Uint8Array): void {
    if (this.#dataPages === 0) this.#dataPageOffset = this.#fileOffset + this.#sink.length;
    this.#dataPages++;
    this.#encoding = encoding;
    const levels = this.#nullable ? encodedLevels(this.#levels, span) : null;
    this.#page(PageType.data, levels, values, (thrift) => {
      thrift.struct(5);
      thrift.i32(1, span.rowTo - span.rowFrom);
      thrift.i32(2, encoding);
      thrift.i32(3, Encoding.rle);
      thrift.i32(4, Encoding.rle);
      thrift.end();
    });
  }

  /** Writes header and body. The body is the levels and the values, compressed together. */
  #page(
    type: PageType,
    levels: Uint8Array | null,
    values: Uint8Array,
    describe: (thrift: ThriftWriter) => void,
  ): void {
    const sink = this.#sink;
    const start = sink.length;
    const bodyBytes = (levels === null ? 0 : levels.length) + values.length;
    const stored = compress(this.codec, levels, values);
    const thrift = new ThriftWriter(sink);
    thrift.i32(1, type);
    thrift.i32(2, bodyBytes);
    thrift.i32(3, stored === null ? bodyBytes : stored.length);
    describe(thrift);
    thrift.end();
    this.#uncompressedBytes += sink.length - start + bodyBytes;
    if (stored !== null) {
      sink.append(stored);
    } else {
      if (levels !== null) sink.append(levels);
      sink.append(values);
    }
  }

  finish(): ChunkPages {
    return {
      codec: this.codec,
      encoding: this.#encoding,
      dataPages: this.#dataPages,
      dictionaryPageOffset: this.#dictionaryPageOffset,
      dataPageOffset: this.#dataPageOffset,
      compressedBytes: this.#sink.length - this.#start,
      uncompressedBytes: this.#uncompressedBytes,
    };
  }
}

/** The encoded definition levels of the span. `levels` is null if all are 1. */
function encodedLevels(
  levels: Uint8Array | null,
  { rowFrom, rowTo, valueFrom, valueTo }: PageSpan,
): Uint8Array {
  levelScratch.length = 0;
  levelScratch.reserve(levelBytesMax(rowTo - rowFrom));
  levelScratch.length = encodeLevels(levels, rowFrom, rowTo, valueTo - valueFrom, levelScratch.view, 0);
  return levelScratch.written();
}

/** Null for a body that is stored as it is. */
function compress(codec: Codec, levels: Uint8Array | null, values: Uint8Array): Uint8Array | null {
  if (codec === Codec.uncompressed) return null;
  let body = values;
  if (levels !== null) {
    bodyScratch.length = 0;
    bodyScratch.append(levels);
    bodyScratch.append(values);
    body = bodyScratch.written();
  }
  if (codec === Codec.zstd) return zstdPage(body);
  compressedScratch.length = 0;
  compressedScratch.reserve(snappyBytesMax(body.length));
  compressedScratch.length = snappyCompress(body, 0, body.length, compressedScratch.bytes, 0);
  return compressedScratch.written();
}
