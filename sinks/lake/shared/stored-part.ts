/** A part that Landfall has written, as it is read again: its footer, and the bytes of its row groups. */
import type { Int32Vector } from '../../../kernel/columns/vectors.ts';
import type { Part } from '../../../ledger/rows.ts';
import type { Storage } from '../../../platform/storage/contract.ts';
import type { ColumnChunk } from '../parquet/column-chunk.ts';
import type { RowGroup } from '../parquet/footer.ts';
import { type Encoding, PageType } from '../parquet/pages.ts';
import { type ParquetColumn, Physical } from '../parquet/schema.ts';
import { type ReadThrift, readSchema, type ThriftStruct } from './read-schema.ts';

/** The column of a part that chunks share, which says for each row which chunk it belongs to. */
export const chunkColumn: ParquetColumn = {
  name: '_chunk',
  physical: Physical.int32,
  annotation: null,
  nullable: false,
};

/** That column for rows of one chunk. */
export function chunkVector(chunkId: number, rows: number): Int32Vector {
  const values = new Int32Array(rows).fill(chunkId);
  return { kind: 'int32', length: rows, validity: null, nullCount: 0, values };
}

export interface StoredRowGroup extends RowGroup {
  /** Where its bytes are in the part. Those of its columns follow one another. */
  readonly start: number;
  readonly end: number;
}

export interface StoredPart {
  readonly path: string;
  readonly rows: number;
  /** Without `_chunk`. */
  readonly columns: readonly ParquetColumn[];
  /** Whether its last column is `_chunk`. */
  readonly isShared: boolean;
  readonly rowGroups: readonly StoredRowGroup[];
  /** The bytes of a range, in order. */
  read(start: number, end: number): AsyncIterable<Uint8Array>;
}

/** Parts up to this size are read in one piece, and stay in memory. */
const wholeBytes = 256 * 1024;

/** Bytes to read from the end of a larger part at first. Most footers are shorter. */
const tailBytes = 64 * 1024;

/** Opens a part of this size. Throws an Error that says why it cannot be read. */
export async function openPart(lake: Storage, part: Pick<Part, 'path' | 'bytes'>): Promise<StoredPart> {
  const { deserializeTCompactProtocol } = await import('hyparquet/src/thrift.js');
  const thrift: ReadThrift = (bytes) =>
    deserializeTCompactProtocol({
      view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
      offset: 0,
    });
  const isWhole = part.bytes <= wholeBytes;
  let tail = await readTail(lake, part, isWhole ? part.bytes : tailBytes);
  const length = footerBytes(tail);
  if (length + 8 > part.bytes) throw new Error('its end is not a footer');
  if (length + 8 > tail.length) tail = await readTail(lake, part, length + 8);
  const footer = thrift(tail.subarray(tail.length - 8 - length));
  if (Buffer.from(footer.field_6 ?? '').toString() !== 'landfall')
    throw new Error('Landfall has not written it');
  const columns = readSchema(footer.field_2, thrift);
  const isShared = columns.at(-1)?.name === chunkColumn.name;
  const { path } = part;
  return {
    path,
    rows: Number(footer.field_3),
    columns: isShared ? columns.slice(0, -1) : columns,
    isShared,
    rowGroups: footer.field_4.map((group: ThriftStruct) => readRowGroup(group, columns)),
    read: isWhole ? piece(tail) : (start, end) => lake.read(path, { start, end }),
  };
}

/** Reads the last bytes of a part, or all of it if it has fewer. */
export async function readTail(
  lake: Storage,
  { path, bytes }: Pick<Part, 'path' | 'bytes'>,
  length: number,
): Promise<Uint8Array> {
  const start = Math.max(0, bytes - length);
  return collect(lake.read(path, { start, end: bytes }), bytes - start);
}

/** The length of the footer's metadata, which the last bytes of a part say. */
export function footerBytes(tail: Uint8Array): number {
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  return view.getUint32(tail.length - 8, true);
}

/** The bytes of a row group of a part, or of some columns of it. */
export function readBytes(part: StoredPart, start: number, end: number): Promise<Uint8Array> {
  return collect(part.read(start, end), end - start);
}

async function collect(pieces: AsyncIterable<Uint8Array>, length: number): Promise<Uint8Array> {
  const all = new Uint8Array(length);
  let filled = 0;
  for await (const bytes of pieces) {
    all.set(bytes, filled);
    filled += bytes.length;
  }
  if (filled !== length) throw new Error('it is shorter than it was');
  return all;
}

function piece(bytes: Uint8Array): StoredPart['read'] {
  return async function* (start, end) {
    yield bytes.subarray(start, end);
  };
}

function readRowGroup(group: ThriftStruct, columns: readonly ParquetColumn[]): StoredRowGroup {
  const chunks: ColumnChunk[] = group.field_1.map((chunk: ThriftStruct, i: number) =>
    readColumnChunk(chunk.field_3, columns[i]),
  );
  if (chunks.length !== columns.length) throw new Error('its row groups lack columns');
  const start = startOf(chunks[0]);
  let end = start;
  for (const chunk of chunks) {
    if (startOf(chunk) !== end) throw new Error('its columns do not follow one another');
    end += chunk.compressedBytes;
  }
  return { rows: Number(group.field_3), columns: chunks, start, end };
}

/** Where a column chunk begins. */
export function startOf({ dictionaryPageOffset, dataPageOffset }: ColumnChunk): number {
  return dictionaryPageOffset ?? dataPageOffset;
}

/** ColumnMetaData. */
function readColumnChunk(meta: ThriftStruct, column: ParquetColumn): ColumnChunk {
  const data = meta.field_13.find((pages: ThriftStruct) => pages.field_1 === PageType.data);
  const { field_3: nullCount, field_5: max, field_6: min, ...exact } = meta.field_12 as ThriftStruct;
  return {
    column,
    codec: meta.field_4,
    rows: Number(meta.field_5),
    uncompressedBytes: Number(meta.field_6),
    compressedBytes: Number(meta.field_7),
    dataPageOffset: Number(meta.field_9),
    dictionaryPageOffset: meta.field_11 === undefined ? null : Number(meta.field_11),
    nullCount: Number(nullCount),
    bounds:
      max === undefined
        ? null
        : { max: max.slice(), min: min.slice(), maxExact: exact.field_7, minExact: exact.field_8 },
    encoding: data.field_2 as Encoding,
    dataPages: data.field_3,
  };
}

/** The chunk that all rows of a row group belong to; null if they belong to several. */
export function onlyChunkOf({ columns }: StoredRowGroup): number | null {
  const bounds = columns.at(-1)?.bounds;
  if (bounds == null) return null;
  const [min, max] = [bounds.min, bounds.max].map((bound) => Buffer.from(bound).readInt32LE());
  return min === max ? min : null;
}

/** Records of a part that chunks share where its rows come from, to be read without the ledger. */
export function sharedMetadata(dataset: string, version: string, sharedId: number): Record<string, string> {
  return {
    'landfall.dataset': dataset,
    'landfall.definition': version,
    'landfall.shared': String(sharedId),
  };
}
