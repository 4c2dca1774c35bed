/** What the lake's tests share: datasets and vectors from plain values, and three readers of parts. */
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { tableFromIPC } from 'apache-arrow';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { readParquet } from 'parquet-wasm';
import type { TextDictionary, Vector } from '../../../kernel/columns/vectors.ts';
import type { CompiledDataset, LogicalType } from '../../../model/compiled.ts';
import type {
  Move,
  Staged,
  Storage,
  StorageWriter,
  StoredObject,
} from '../../../platform/storage/contract.ts';
import { moveEach } from '../../../platform/storage/move-each.ts';
import { type LakeChunkOptions, openLakeChunk } from '../../../sinks/lake/lake-chunk.ts';
import { zstdDecoder } from '../../../sinks/lake/parquet/zstd-page.ts';

/**
 * A value as tests write it: integers, dates (days) and doubles are numbers; bigint, numeric (unscaled)
 * and timestamp (µs) are bigints; text, json and uuid (32 hex digits) are strings; null is null.
 */
export type Value = number | bigint | string | boolean | null;

/** A column under test: `kind` overrides the vector kind where a type has two. */
export interface TestColumn {
  readonly name: string;
  readonly logical: LogicalType;
  readonly kind?: Vector['kind'];
  readonly required?: boolean;
}

export type Row = Record<string, Value>;

export function testDataset(
  columns: readonly TestColumn[],
  partitionBy: CompiledDataset['lake']['partitionBy'] = [],
  compression: CompiledDataset['lake']['compression'] = 'snappy',
): CompiledDataset {
  const inPath = new Set(partitionBy.map((column) => column.name));
  const stored = columns.filter((column) => !inPath.has(column.name));
  return {
    name: 'trial',
    version: '0123456789abcdef',
    columns: columns.map(({ name, logical, required = false }) => ({ name, logical, required })),
    enrichments: [],
    lake: {
      columns: stored.map(({ name, logical }) => ({ name, vector: name, logical })),
      partitionBy,
      compression,
    },
  } as unknown as CompiledDataset;
}

const kindOf = ({ kind, logical }: TestColumn): Vector['kind'] => {
  if (kind !== undefined) return kind;
  return logical.type === 'numeric' && logical.precision > 18 ? 'decimal128' : kindOfType[logical.type];
};

const kindOfType: Record<LogicalType['type'], Vector['kind']> = {
  text: 'utf8',
  json: 'utf8',
  smallint: 'int32',
  integer: 'int32',
  date: 'int32',
  bigint: 'int64',
  numeric: 'int64',
  timestamp: 'timestamp',
  time: 'int64',
  interval: 'int64',
  float8: 'float64',
  boolean: 'boolean',
  uuid: 'uuid',
  point: 'point',
};

/** A dictionary that grows, as the kernel's does. */
export class GrowingDictionary implements TextDictionary {
  readonly texts: string[] = [];
  get size(): number {
    return this.texts.length;
  }
  text(code: number): string {
    return this.texts[code];
  }
  bytes(code: number): Uint8Array {
    return Buffer.from(this.texts[code]);
  }
  code(text: string): number {
    const known = this.texts.indexOf(text);
    return known >= 0 ? known : this.texts.push(text) - 1;
  }
}

/** The vector that holds `values`; its arrays are longer than it, and its nulls are 0. */
export function vectorOf(
  column: TestColumn,
  values: readonly Value[],
  dictionary = new GrowingDictionary(),
): Vector {
  const kind = kindOf(column);
  const length = values.length;
  const nullCount = values.filter((value) => value === null).length;
  const validity = nullCount === 0 ? null : new Uint8Array((length >> 3) + 2);
  values.forEach((value, i) => {
    if (validity !== null && value !== null) validity[i >> 3] |= 1 << (i & 7);
  });
  const base = { length, nullCount, validity };
  const fill = <A extends { [i: number]: unknown }>(array: A, convert: (value: never) => unknown): A => {
    values.forEach((value, i) => {
      if (value !== null) array[i as never] = convert(value as never) as never;
    });
    return array;
  };
  switch (kind) {
    case 'int32':
      return { ...base, kind, values: fill(new Int32Array(length + 3), Number) };
    case 'int64':
      return { ...base, kind, values: fill(new BigInt64Array(length + 3), BigInt) };
    case 'timestamp': {
      const none = new Int32Array(length);
      return {
        ...base,
        kind,
        values: fill(new BigInt64Array(length + 3), BigInt),
        localDay: none,
        localSecond: none,
      };
    }
    case 'float64':
      return { ...base, kind, values: fill(new Float64Array(length + 3), Number) };
    case 'boolean':
      return { ...base, kind, values: fill(new Uint8Array(length + 3), Number) };
    case 'dictionary':
      return {
        ...base,
        kind,
        values: fill(new Int32Array(length + 3), (text: string) => dictionary.code(text)),
        dictionary,
      };
    case 'utf8': {
      const texts = values.map((value) => Buffer.from(String(value ?? '')));
      const offsets = new Int32Array(length + 1);
      texts.forEach((text, i) => {
        offsets[i + 1] = offsets[i] + text.length;
      });
      return { ...base, kind, offsets, bytes: Buffer.concat([...texts, Buffer.from('beyond')]) };
    }
    case 'uuid': {
      const bytes = new Uint8Array(length * 16 + 16);
      values.forEach((value, i) => {
        if (value !== null) bytes.set(Buffer.from(String(value), 'hex'), i * 16);
      });
      return { ...base, kind, values: bytes };
    }
    case 'decimal128': {
      const bytes = new DataView(new ArrayBuffer(length * 16 + 16));
      values.forEach((value, i) => {
        bytes.setBigInt64(i * 16, BigInt(value ?? 0) >> 64n);
        bytes.setBigUint64(i * 16 + 8, BigInt.asUintN(64, BigInt(value ?? 0)));
      });
      return { ...base, kind, values: new Uint8Array(bytes.buffer) };
    }
    case 'point':
      throw new Error('no column of a part is a point');
  }
}

/** A folder as a store, as simple as can be. */
export class Folder implements Storage {
  readonly root: string;
  /** Writers open now, and the most there were. */
  open = 0;
  openMax = 0;

  constructor(root: string) {
    this.root = root;
  }
  get url(): string {
    return `file://${this.root}`;
  }
  async *list(prefix = ''): AsyncIterable<StoredObject> {
    for (const entry of await readdir(this.root, { recursive: true, withFileTypes: true })) {
      const key = join(entry.parentPath, entry.name).slice(this.root.length + 1);
      if (entry.isFile() && key.startsWith(prefix)) yield (await this.stat(key))!;
    }
  }
  async stat(key: string): Promise<StoredObject | null> {
    const found = await stat(join(this.root, key)).catch(() => null);
    return found && { key, bytes: found.size, modifiedAt: found.mtime, fingerprint: String(found.mtimeMs) };
  }
  async *read(key: string, { start, end }: { start: number; end: number }): AsyncIterable<Uint8Array> {
    yield* createReadStream(join(this.root, key), { start, end: end - 1 });
  }
  async writer(key: string): Promise<StorageWriter> {
    const path = join(this.root, key);
    await mkdir(dirname(path), { recursive: true });
    const file = await open(`${path}~`, 'w');
    this.openMax = Math.max(this.openMax, ++this.open);
    const end = async () => {
      this.open--;
      await file.close();
    };
    return {
      write: async (bytes) => {
        await file.writeFile(bytes);
        // Whoever goes on using this memory before it was promised loses it here.
        bytes.fill(0xee);
      },
      commit: async () => {
        await end();
        await rename(`${path}~`, path);
      },
      abort: async () => {
        await end();
        await rm(`${path}~`);
      },
    };
  }
  async put(key: string, body: Uint8Array | string): Promise<void> {
    const writer = await this.writer(key);
    await writer.write(Buffer.from(body as string));
    await writer.commit();
  }
  async stage(objects: readonly { key: string; body: Uint8Array }[]): Promise<Staged> {
    const publish = async () => {
      for (const { key, body } of objects) await this.put(key, body);
    };
    return { publish, discard: async () => {} };
  }
  async delete(key: string): Promise<void> {
    await rm(join(this.root, key), { force: true });
  }
  async moveFrom(source: Storage, sourceKey: string, key: string): Promise<void> {
    const path = join(this.root, key);
    await mkdir(dirname(path), { recursive: true });
    await rename(join((source as Folder).root, sourceKey), path);
  }
  stats(keys: readonly string[]): Promise<(StoredObject | null)[]> {
    return Promise.all(keys.map((key) => this.stat(key)));
  }
  moveAllFrom(source: Storage, moves: readonly Move[]): Promise<boolean[]> {
    return moveEach(this, source, moves);
  }
  /** Keys of everything stored, sorted. */
  async keys(): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of this.list()) keys.push(key);
    return keys.sort();
  }
}

export type WriteOptions = Partial<Omit<LakeChunkOptions, 'dataset' | 'lake'>> & {
  readonly batchRows?: number;
  readonly compression?: CompiledDataset['lake']['compression'];
};

/** Writes rows as one chunk and publishes it; `undefined` values of a row are nulls. */
export async function writeRows(
  lake: Folder,
  columns: readonly TestColumn[],
  partitionBy: CompiledDataset['lake']['partitionBy'],
  rows: readonly Row[],
  { batchRows = 1000, compression, ...options }: WriteOptions = {},
) {
  const chunk = openLakeChunk({
    dataset: testDataset(columns, partitionBy, compression),
    lake,
    fileId: 7,
    chunkNumber: 3,
    fencingToken: 1,
    ...options,
  });
  const dictionaries = columns.map(() => new GrowingDictionary());
  for (let from = 0; from < rows.length; from += batchRows) {
    const slice = rows.slice(from, from + batchRows);
    const vectors = columns.map((column, i) => {
      const values = slice.map((row) => row[column.name] ?? null);
      return [column.name, vectorOf(column, values, dictionaries[i])] as const;
    });
    await chunk.write({ rows: slice.length, vectors: new Map(vectors) });
  }
  const parts = await chunk.finish();
  await chunk.publish();
  return parts;
}

/** Text by which values are compared: tells -0 from 0 and one bigint from another. */
export function plain(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (Object.is(value, -0)) return '-0';
  return String(value);
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** Rows of a part as hyparquet reads them, in the terms of `Value`. */
export async function readWithHyparquet(path: string, columns: readonly TestColumn[]): Promise<Row[]> {
  const file = arrayBuffer(await readFile(path));
  const parsers = {
    timestampFromMicroseconds: (micros: bigint) => micros,
    dateFromDays: (days: number) => days,
    jsonFromBytes: (bytes: Uint8Array) => bytes && Buffer.from(bytes).toString(),
    uuidFromBytes: (bytes: Uint8Array) => bytes && hex(bytes),
  };
  const compressors = { ZSTD: await zstdDecoder() };
  const rows = await parquetReadObjects({ file, parsers: parsers as never, compressors });
  return rows.map((row) => {
    for (const { name, logical } of columns) {
      // It reads decimals as doubles, which long ones are compared as.
      if (logical.type !== 'numeric' || logical.precision > 18 || row[name] == null) continue;
      row[name] = BigInt(Math.round(row[name] * 10 ** logical.scale));
    }
    return row;
  });
}

export async function hyparquetMetadata(path: string) {
  return parquetMetadata(arrayBuffer(await readFile(path)));
}

function arrayBuffer(bytes: Buffer): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}

/** Rows of a part as parquet-wasm and Arrow read them, in the terms of `Value`. */
export async function readWithParquetWasm(path: string, columns: readonly TestColumn[]): Promise<Row[]> {
  const table = tableFromIPC(readParquet(await readFile(path)).intoIPCStream());
  const rows: Row[] = Array.from({ length: table.numRows }, () => ({}));
  for (const { name, logical } of columns) {
    const vector = table.getChild(name)!;
    let row = 0;
    for (const chunk of vector.data) {
      for (let i = 0; i < chunk.length; i++)
        rows[row++][name] = chunk.getValid(i) ? arrowValue(chunk, i, logical) : null;
    }
  }
  return rows;
}

// biome-ignore lint/suspicious/noExplicitAny: Arrow's Data has a type parameter for every type.
function arrowValue(chunk: any, i: number, logical: LogicalType): Value {
  const { values, valueOffsets } = chunk;
  switch (logical.type) {
    case 'text':
    case 'json':
      return Buffer.from(values.subarray(valueOffsets[i], valueOffsets[i + 1])).toString();
    case 'uuid':
      return hex(values.subarray(i * 16, i * 16 + 16));
    case 'boolean':
      return ((values[(chunk.offset + i) >> 3] >> ((chunk.offset + i) & 7)) & 1) === 1;
    case 'numeric': {
      // Decimal128: two words of 64 bits, the lower first.
      const words = new BigInt64Array(values.buffer, values.byteOffset + i * 16, 2);
      return (words[1] << 64n) | BigInt.asUintN(64, words[0]);
    }
    default:
      return values[i];
  }
}

let duck: Promise<DuckDBInstance> | undefined;

/** Rows of a query; bigints and doubles as they are. */
export async function duckRows(sql: string): Promise<Record<string, unknown>[]> {
  duck ??= DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await (await duck).connect();
  try {
    return (await (await connection.runAndReadAll(sql)).getRowObjects()) as Record<string, unknown>[];
  } finally {
    connection.closeSync();
  }
}

/** How DuckDB turns a column of a part into the terms of `Value`. */
function duckExpression({ name, logical }: TestColumn): string {
  const column = `"${name}"`;
  switch (logical.type) {
    case 'date':
      return `(${column} - date '1970-01-01')::bigint as ${column}`;
    case 'timestamp':
      return `epoch_us(${column}) as ${column}`;
    case 'time':
      // Only a TIME may be added to a day.
      return `epoch_us(date '1970-01-01' + ${column}) as ${column}`;
    case 'uuid':
      return `replace(${column}::varchar, '-', '') as ${column}`;
    case 'numeric':
      return `replace(${column}::varchar, '.', '')::hugeint as ${column}`;
    case 'json':
      return `${column}::varchar as ${column}`;
    default:
      return column;
  }
}

/** Rows of a part as DuckDB reads them, in the terms of `Value`. */
export async function readWithDuck(path: string, columns: readonly TestColumn[]): Promise<Row[]> {
  const list = columns.map(duckExpression).join(', ');
  return (await duckRows(
    `select ${list} from read_parquet('${path.replace(/'/g, "''")}', hive_partitioning = false)`,
  )) as Row[];
}
