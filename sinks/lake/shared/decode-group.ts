/** Decodes a row group of a part that Landfall has written into vectors, value for value. */
import type { DecodedArray, ParquetType } from 'hyparquet/src/types.js';
import type { Vector } from '../../../kernel/columns/vectors.ts';
import type { ColumnChunk } from '../parquet/column-chunk.ts';
import { Codec } from '../parquet/pages.ts';
import { type ParquetColumn, Physical } from '../parquet/schema.ts';
import { zstdDecoder } from '../parquet/zstd-page.ts';
import type { DistinctTexts } from './distinct-texts.ts';
import { readBytes, type StoredPart, type StoredRowGroup, startOf } from './stored-part.ts';

const typeNames: Readonly<Record<Physical, ParquetType>> = {
  [Physical.boolean]: 'BOOLEAN',
  [Physical.int32]: 'INT32',
  [Physical.int64]: 'INT64',
  [Physical.double]: 'DOUBLE',
  [Physical.byteArray]: 'BYTE_ARRAY',
  [Physical.fixedLenByteArray]: 'FIXED_LEN_BYTE_ARRAY',
};

const codecNames = {
  [Codec.uncompressed]: 'UNCOMPRESSED',
  [Codec.snappy]: 'SNAPPY',
  [Codec.zstd]: 'ZSTD',
} as const;

/**
 * The columns of a row group, `_chunk` included. `texts`: one per column, for the codes of its texts. Vectors of texts are
 * valid as long as these have the texts.
 */
export async function decodeGroup(
  part: StoredPart,
  group: StoredRowGroup,
  texts: readonly DistinctTexts[],
): Promise<Vector[]> {
  const bytes = await readBytes(part, group.start, group.end);
  return Promise.all(
    group.columns.map(async (chunk, i) => {
      const start = startOf(chunk) - group.start;
      const decoded = await decode(chunk, bytes.subarray(start, start + chunk.compressedBytes));
      return vectorOf(chunk.column, decoded, group.rows, texts[i]);
    }),
  );
}

/** The chunk that each row of a row group belongs to. */
export async function decodeChunkIds(part: StoredPart, group: StoredRowGroup): Promise<Int32Array> {
  const chunk = group.columns.at(-1)!;
  const start = startOf(chunk);
  const bytes = await readBytes(part, start, start + chunk.compressedBytes);
  const ids = new Int32Array(group.rows);
  let at = 0;
  for (const values of await decode(chunk, bytes)) {
    ids.set(values as Int32Array, at);
    at += values.length;
  }
  return ids;
}

/** The values of a column chunk as its physical type has them; absent ones are null or undefined. */
async function decode({ column, codec, rows }: ColumnChunk, bytes: Uint8Array): Promise<DecodedArray[]> {
  const [{ readColumn }, { DEFAULT_PARSERS }] = await Promise.all([
    import('hyparquet/src/column.js'),
    import('hyparquet/src/convert.js'),
  ]);
  const type = typeNames[column.physical];
  // Without a logical type, values are not converted.
  const element = {
    name: column.name,
    type,
    repetition_type: column.nullable ? ('OPTIONAL' as const) : ('REQUIRED' as const),
    ...(column.physical === Physical.fixedLenByteArray && { type_length: 16 }),
  };
  const path = [column.name];
  const leaf = { children: [], count: 1, element, path };
  const root = { children: [leaf], count: 2, element: { name: 'schema' }, path: [] };
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
  const select = { groupStart: 0, groupRows: rows, selectStart: 0, selectEnd: rows };
  const { data } = readColumn(reader, select, {
    pathInSchema: path,
    type,
    element,
    schemaPath: [root, leaf],
    codec: codecNames[codec],
    ...(codec === Codec.zstd && { compressors: { ZSTD: await zstdDecoder() } }),
    parsers: DEFAULT_PARSERS,
    utf8: false,
  });
  const found = data.reduce((sum, { length }) => sum + length, 0);
  if (found !== rows) throw new Error(`${column.name} has ${found} values instead of ${rows}`);
  return data;
}

function vectorOf(
  { physical, annotation }: ParquetColumn,
  decoded: readonly DecodedArray[],
  rows: number,
  texts: DistinctTexts,
): Vector {
  const present = presenceOf(decoded, rows);
  switch (physical) {
    case Physical.boolean:
      return { kind: 'boolean', ...present, values: fill(new Uint8Array(rows), decoded, Number) };
    case Physical.int32:
      return { kind: 'int32', ...present, values: fill(new Int32Array(rows), decoded, Number) };
    case Physical.int64:
      return { kind: 'int64', ...present, values: fill(new BigInt64Array(rows), decoded, BigInt) };
    case Physical.double:
      return { kind: 'float64', ...present, values: fill(new Float64Array(rows), decoded, Number) };
    case Physical.byteArray: {
      const values = fill(new Int32Array(rows), decoded, (value) => texts.codeOf(value as Uint8Array));
      return { kind: 'dictionary', ...present, values, dictionary: texts };
    }
    case Physical.fixedLenByteArray: {
      const kind = annotation?.kind === 'decimal' ? 'decimal128' : 'uuid';
      return { kind, ...present, values: fixedBytes(decoded, rows) };
    }
  }
}

type Presence = Pick<Vector, 'length' | 'validity' | 'nullCount'>;

function presenceOf(decoded: readonly DecodedArray[], rows: number): Presence {
  let nullCount = 0;
  let row = 0;
  const validity = new Uint8Array((rows + 7) >> 3);
  for (const values of decoded) {
    for (let i = 0; i < values.length; i++, row++) {
      if (values[i] == null) nullCount++;
      else validity[row >> 3] |= 1 << (row & 7);
    }
  }
  return { length: rows, validity: nullCount === 0 ? null : validity, nullCount };
}

/** Copies the values that are there. */
function fill<A extends Uint8Array | Int32Array | BigInt64Array | Float64Array>(
  target: A,
  decoded: readonly DecodedArray[],
  convert: (value: never) => A[number],
): A {
  let row = 0;
  for (const values of decoded) {
    for (let i = 0; i < values.length; i++, row++) {
      if (values[i] != null) target[row] = convert(values[i] as never);
    }
  }
  return target;
}

function fixedBytes(decoded: readonly DecodedArray[], rows: number): Uint8Array {
  const all = new Uint8Array(rows * 16);
  let row = 0;
  for (const values of decoded) {
    for (let i = 0; i < values.length; i++, row++) {
      if (values[i] != null) all.set(values[i] as Uint8Array, row * 16);
    }
  }
  return all;
}
