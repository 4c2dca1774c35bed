/**
 * Parquet alone: Landfall's encoder and parquet-wasm write the same rows of trips' columns from memory, as the kernel
 * and the enrichments leave them. Both end when all bytes of the files have been in memory. Rounds alternate, and
 * results are medians. `node dist/bench/parquet.js [rows] [rounds]`
 */
import {
  Table as ArrowTable,
  Vector as ArrowVector,
  type Data,
  type DataType,
  DateDay,
  Dictionary,
  Float64,
  Int32,
  makeData,
  TimestampMicrosecond,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import { Compression, Table, WriterPropertiesBuilder, writeParquet } from 'parquet-wasm';
import type { CompiledDataset, LogicalType } from '../model/compiled.ts';
import type { Batch } from '../model/enrich/batch.ts';
import { fixedDictionary } from '../model/enrich/known-dictionary.ts';
import type { Storage, StorageWriter } from '../platform/storage/contract.ts';
import { openLakeChunk } from '../sinks/lake/lake-chunk.ts';

const BATCH_ROWS = 16_384;
/** Rows of a chunk of 32 MiB. */
const CHUNK_ROWS = 250_000;
const DAY_MICROS = 86_400_000_000;

/** One whole column. `dictionary`: if values are codes. */
interface Column {
  readonly name: string;
  readonly logical: LogicalType;
  readonly values: Float64Array | Int32Array | BigInt64Array;
  readonly dictionary?: readonly string[];
}

/** Rows like those of the trips dataset after enrichment; months are in random order, as in its files. */
function makeColumns(rows: number): { stored: Column[]; month: Int32Array } {
  let state = 12345;
  const random = () =>
    (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32 + Math.sqrt(state) * 1e-12;
  const doubles = (low: number) => new Float64Array(rows).map(() => low + random() * 0.4);
  const codes = (count: number) => new Int32Array(rows).map(() => Math.floor(random() * count));
  const whole = (of: (row: number) => number) => new Int32Array(rows).map((_, row) => Math.floor(of(row)));
  const [originLon, originLat, lon, lat] = [doubles(9.8), doubles(53.4), doubles(9.8), doubles(53.4)];
  const micros = new Float64Array(rows).map(() => (17_532 + random() * 364) * DAY_MICROS);
  const cell = (x: Float64Array, y: Float64Array) =>
    whole((row) => Math.floor((y[row] + 90) * 100) * 36_000 + (x[row] + 180) * 100);
  const days = whole((row) => micros[row] / DAY_MICROS);
  const hours = whole((row) => (micros[row] % DAY_MICROS) / 3_600_000_000);
  const stored: Column[] = [
    {
      name: 'region',
      logical: { type: 'text' },
      values: codes(3),
      dictionary: ['Prague', 'Turin', 'Hamburg'],
    },
    { name: 'origin_lon', logical: { type: 'float8' }, values: originLon },
    { name: 'origin_lat', logical: { type: 'float8' }, values: originLat },
    { name: 'destination_lon', logical: { type: 'float8' }, values: lon },
    { name: 'destination_lat', logical: { type: 'float8' }, values: lat },
    {
      name: 'datetime',
      logical: { type: 'timestamp', zone: 'UTC' },
      values: BigInt64Array.from(micros, (value) => BigInt(Math.floor(value / 1e6)) * 1_000_000n),
    },
    {
      name: 'datasource',
      logical: { type: 'text' },
      values: codes(5),
      dictionary: ['funny_car', 'baba_car', 'cheap_mobile', 'bad_diesel', 'pt_search_app'],
    },
    { name: 'day', logical: { type: 'integer' }, values: whole((row) => (days[row] % 31) + 1) },
    { name: 'hour', logical: { type: 'integer' }, values: hours },
    {
      name: 'time_of_day',
      logical: { type: 'text' },
      values: whole((row) => hours[row] / 6),
      dictionary: ['night', 'morning', 'afternoon', 'evening'],
    },
    { name: 'week', logical: { type: 'date' }, values: whole((row) => days[row] - ((days[row] + 3) % 7)) },
    { name: 'origin_cell', logical: { type: 'integer' }, values: cell(originLon, originLat) },
    { name: 'destination_cell', logical: { type: 'integer' }, values: cell(lon, lat) },
  ];
  return { stored, month: whole((row) => (days[row] - 17_532) / 30.4 + 1) };
}

/** The columns as batches of vectors. */
function makeBatches(columns: readonly Column[], rows: number): Batch[] {
  const dictionaries = new Map(
    columns.map(({ name, dictionary }) => [name, dictionary && fixedDictionary(dictionary)]),
  );
  return Array.from({ length: Math.ceil(rows / BATCH_ROWS) }, (_, batch) => {
    const from = batch * BATCH_ROWS;
    const length = Math.min(BATCH_ROWS, rows - from);
    const vectors = columns.map(({ name, values, logical }) => {
      const dictionary = dictionaries.get(name);
      const kind = dictionary
        ? 'dictionary'
        : logical.type === 'timestamp'
          ? 'timestamp'
          : values instanceof Float64Array
            ? 'float64'
            : 'int32';
      return [
        name,
        {
          kind,
          length,
          validity: null,
          nullCount: 0,
          values: values.subarray(from, from + length),
          dictionary,
        },
      ];
    });
    return { rows: length, vectors: new Map(vectors as never) };
  });
}

/** A store that only counts: as with parquet-wasm, the work is done when the bytes are in memory. */
class Counter {
  bytes = 0;

  storage(): Storage {
    const writer: StorageWriter = {
      write: async (bytes) => {
        this.bytes += bytes.length;
      },
      commit: async () => {},
      abort: async () => {},
    };
    return { writer: async () => writer, moveFrom: async () => {} } as unknown as Storage;
  }
}

async function ours(dataset: CompiledDataset, batches: readonly Batch[]): Promise<number> {
  const counter = new Counter();
  const batchesOfChunk = Math.ceil(CHUNK_ROWS / BATCH_ROWS);
  for (let from = 0; from < batches.length; from += batchesOfChunk) {
    const chunk = openLakeChunk({
      dataset,
      lake: counter.storage(),
      fileId: 1,
      chunkNumber: from,
      fencingToken: 1,
    });
    for (const batch of batches.slice(from, from + batchesOfChunk)) await chunk.write(batch);
    await chunk.finish();
    await chunk.publish();
  }
  return counter.bytes;
}

function arrowType({ logical, values, dictionary }: Column): DataType {
  if (dictionary) return new Dictionary(new Utf8(), new Int32());
  if (logical.type === 'date') return new DateDay();
  if (logical.type === 'timestamp') return new TimestampMicrosecond();
  return values instanceof Float64Array ? new Float64() : new Int32();
}

function arrowTable(columns: readonly Column[]): ArrowTable {
  const vectors = columns.map((column) => {
    const dictionary = column.dictionary && vectorFromArray([...column.dictionary], new Utf8());
    const data = makeData({ type: arrowType(column), data: column.values, dictionary } as never);
    return [column.name, new ArrowVector([data as Data])];
  });
  return new ArrowTable(Object.fromEntries(vectors));
}

/** Dictionaries only for texts, which is fastest for parquet-wasm; row groups as large as Landfall's. */
function parquetWasm(table: ArrowTable, columns: readonly Column[], compression: Compression): number {
  let builder = new WriterPropertiesBuilder()
    .setCompression(compression)
    .setMaxRowGroupSize(128 * 1024)
    .setDictionaryEnabled(false);
  for (const { name, dictionary } of columns)
    if (dictionary) builder = builder.setColumnDictionaryEnabled(name, true);
  return writeParquet(Table.fromIPCStream(tableToIPC(table, 'stream')), builder.build()).length;
}

function median(numbers: number[]): number {
  return numbers.sort((a, b) => a - b)[numbers.length >> 1];
}

async function main(rows: number, rounds: number): Promise<void> {
  const { stored, month } = makeColumns(rows);
  const lakeColumns = stored.map(({ name, logical }) => ({ name, vector: name, logical }));
  const datasetOf = (partitionBy: CompiledDataset['lake']['partitionBy']) =>
    ({
      name: 'trial',
      version: '0123456789abcdef',
      columns: [...stored, { name: 'month', logical: { type: 'integer' } }],
      enrichments: [],
      lake: { columns: lakeColumns, partitionBy },
    }) as unknown as CompiledDataset;
  const batches = makeBatches(
    [...stored, { name: 'month', logical: { type: 'integer' }, values: month }],
    rows,
  );
  const flat = datasetOf([]);
  const split = datasetOf([{ name: 'month', vector: 'month', pad: 2 }]);
  const table = arrowTable(stored);
  const contestants: Record<string, () => Promise<number> | number> = {
    'landfall, one part a chunk': () => ours(flat, batches),
    'landfall, 12 partitions': () => ours(split, batches),
    'parquet-wasm, uncompressed': () => parquetWasm(table, stored, Compression.UNCOMPRESSED),
    'parquet-wasm, snappy': () => parquetWasm(table, stored, Compression.SNAPPY),
  };
  const seconds = new Map<string, number[]>();
  const bytes = new Map<string, number>();
  for (let round = -1; round < rounds; round++) {
    for (const [name, run] of Object.entries(contestants)) {
      const started = performance.now();
      bytes.set(name, await run());
      const list = seconds.get(name) ?? [];
      // Round 0 warms up.
      if (round >= 0) list.push((performance.now() - started) / 1000);
      seconds.set(name, list);
    }
  }
  console.log(`${rows} rows, ${stored.length} columns, ${rounds} rounds, medians`);
  for (const [name, list] of seconds) {
    const perMillion = (median(list) / rows) * 1e6;
    console.log(
      `${name.padEnd(28)} ${perMillion.toFixed(3)} s a million rows, ${(bytes.get(name)! / 1e6).toFixed(1)} MB`,
    );
  }
}

await main(Number(process.argv[2] ?? 1_000_000), Number(process.argv[3] ?? 5));
