/**
 * The footer of a part: FileMetaData, its length, and the magic bytes. Source:
 * https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
 */
import { remember } from '../../../kernel/remember.ts';
import { ByteSink } from './byte-sink.ts';
import type { ColumnChunk } from './column-chunk.ts';
import { Encoding, PageType } from './pages.ts';
import { type ParquetColumn, writeSchema } from './schema.ts';
import type { Bounds } from './statistics.ts';
import { ThriftType, ThriftWriter } from './thrift-compact.ts';

/** First and last four bytes of every Parquet file. */
export const MAGIC = Buffer.from('PAR1', 'latin1');

/** One row group as it was written. */
export interface RowGroup {
  readonly rows: number;
  readonly columns: readonly ColumnChunk[];
}

/** Appends the footer. `metadata` becomes key_value_metadata, in the same order. */
export function writeFooter(
  sink: ByteSink,
  columns: readonly ParquetColumn[],
  rowGroups: readonly RowGroup[],
  metadata: Readonly<Record<string, string>>,
): void {
  const start = sink.length;
  const thrift = new ThriftWriter(sink);
  thrift.fields(2, versionAndSchema(columns));
  thrift.i64(
    3,
    rowGroups.reduce((rows, group) => rows + group.rows, 0),
  );
  thrift.list(4, ThriftType.struct, rowGroups.length);
  rowGroups.forEach((group, ordinal) => {
    writeRowGroup(thrift, group, ordinal);
  });
  const entries = encodedEntries(metadata);
  thrift.list(5, ThriftType.struct, entries.length);
  for (const [key, value] of entries) {
    thrift.element();
    thrift.binary(1, key);
    thrift.binary(2, value);
    thrift.end();
  }
  thrift.binary(6, CREATED_BY);
  writeColumnOrders(thrift, columns.length);
  thrift.end();
  sink.uint32(sink.length - start);
  sink.append(MAGIC);
}

const CREATED_BY = Buffer.from('landfall');

/** The first two fields, the same in every part of a dataset. */
const versionAndSchema = remember((columns: readonly ParquetColumn[]) => {
  const sink = new ByteSink(4096);
  const thrift = new ThriftWriter(sink);
  thrift.i32(1, 2);
  writeSchema(thrift, 2, columns);
  return sink.written();
});

const encodedName = remember((column: ParquetColumn) => Buffer.from(column.name));

const encodedEntries = remember((metadata: Readonly<Record<string, string>>) =>
  Object.entries(metadata).map(([key, value]) => [Buffer.from(key), Buffer.from(value)] as const),
);

/** Declares that every column uses the order of its type. Without this, readers must not trust the bounds. */
function writeColumnOrders(thrift: ThriftWriter, columns: number): void {
  thrift.list(7, ThriftType.struct, columns);
  for (let i = 0; i < columns; i++) {
    thrift.element();
    thrift.struct(1);
    thrift.end();
    thrift.end();
  }
}

function writeRowGroup(thrift: ThriftWriter, { rows, columns }: RowGroup, ordinal: number): void {
  const sum = (bytes: (chunk: ColumnChunk) => number) =>
    columns.reduce((total, chunk) => total + bytes(chunk), 0);
  thrift.element();
  thrift.list(1, ThriftType.struct, columns.length);
  for (const chunk of columns) {
    thrift.element();
    thrift.i64(2, 0);
    writeColumnMetaData(thrift, chunk);
    thrift.end();
  }
  thrift.i64(
    2,
    sum((chunk) => chunk.uncompressedBytes),
  );
  thrift.i64(3, rows);
  if (columns.length > 0) thrift.i64(5, columns[0].dictionaryPageOffset ?? columns[0].dataPageOffset);
  thrift.i64(
    6,
    sum((chunk) => chunk.compressedBytes),
  );
  if (ordinal < 32768) thrift.i16(7, ordinal);
  thrift.end();
}

function writeColumnMetaData(thrift: ThriftWriter, chunk: ColumnChunk): void {
  const hasDictionary = chunk.dictionaryPageOffset !== null;
  const encodings = hasDictionary
    ? [Encoding.plain, Encoding.rle, chunk.encoding]
    : [Encoding.rle, chunk.encoding];
  thrift.struct(3);
  thrift.i32(1, chunk.column.physical);
  thrift.list(2, ThriftType.i32, encodings.length);
  for (const encoding of encodings) thrift.i32Element(encoding);
  thrift.list(3, ThriftType.binary, 1);
  thrift.binaryElement(encodedName(chunk.column));
  thrift.i32(4, chunk.codec);
  thrift.i64(5, chunk.rows);
  thrift.i64(6, chunk.uncompressedBytes);
  thrift.i64(7, chunk.compressedBytes);
  thrift.i64(9, chunk.dataPageOffset);
  if (chunk.dictionaryPageOffset !== null) thrift.i64(11, chunk.dictionaryPageOffset);
  writeStatistics(thrift, chunk.nullCount, chunk.bounds);
  writeEncodingStats(thrift, chunk, hasDictionary);
  thrift.end();
}

function writeStatistics(thrift: ThriftWriter, nullCount: number, bounds: Bounds | null): void {
  thrift.struct(12);
  thrift.i64(3, nullCount);
  if (bounds !== null) {
    thrift.binary(5, bounds.max);
    thrift.binary(6, bounds.min);
    thrift.bool(7, bounds.maxExact);
    thrift.bool(8, bounds.minExact);
  }
  thrift.end();
}

/**
 * Tells readers that all data pages are dictionary encoded, so that they can skip a chunk by its dictionary alone.
 */
function writeEncodingStats(thrift: ThriftWriter, chunk: ColumnChunk, hasDictionary: boolean): void {
  const stats = hasDictionary ? [[PageType.dictionary, Encoding.plain, 1]] : [];
  stats.push([PageType.data, chunk.encoding, chunk.dataPages]);
  thrift.list(13, ThriftType.struct, stats.length);
  for (const [pageType, encoding, count] of stats) {
    thrift.element();
    thrift.i32(1, pageType);
    thrift.i32(2, encoding);
    thrift.i32(3, count);
    thrift.end();
  }
}
