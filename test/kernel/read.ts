/** Drives a kernel through bytes in given pieces and shows its batches as the oracle shows its rows. */
import { Temporal } from 'temporal-polyfill';
import { isValid, type Vector } from '../../kernel/columns/vectors.ts';
import { toUtf8 } from '../../kernel/dialect/encodings.ts';
import { createKernel, type KernelOptions } from '../../kernel/kernel.ts';
import { characterEnd } from '../../kernel/scan.ts';
import type {
  Batch,
  Kernel,
  KernelColumn,
  KernelDialect,
  KernelPlan,
  KernelType,
  ZoneTable,
} from '../../kernel/types.ts';
import type { OracleReject, OracleRow, OracleValue } from '../oracle/csv.ts';

export const comma: KernelDialect = { delimiter: ',', quote: '"', trim: false };

export const utc: ZoneTable = {
  zone: 'UTC',
  utc: Float64Array.of(Number.MIN_SAFE_INTEGER),
  offset: Int32Array.of(0),
  ambiguous: 'reject',
  skipped: 'reject',
};

/** The zone's transitions from 1800 to 2100, as Temporal knows them. */
export function zoneTable(zone: string, policies: Pick<ZoneTable, 'ambiguous' | 'skipped'>): ZoneTable {
  let at = Temporal.Instant.from('1800-01-01T00:00Z').toZonedDateTimeISO(zone);
  const utc = [Number.MIN_SAFE_INTEGER];
  const offset = [at.offsetNanoseconds / 1e9];
  while (true) {
    const next = at.getTimeZoneTransition('next');
    if (!next || next.year > 2100)
      return { zone, ...policies, utc: Float64Array.from(utc), offset: Int32Array.from(offset) };
    utc.push(next.epochMilliseconds / 1000);
    offset.push(next.offsetNanoseconds / 1e9);
    at = next;
  }
}

export function column(type: KernelType, options: Partial<KernelColumn> = {}): KernelColumn {
  return { name: type.kind, type, required: false, nulls: [], ...options };
}

/** A plan whose columns are the fields in their order. */
export function planOf(columns: readonly KernelColumn[], dialect = comma): KernelPlan {
  return { dialect, columns, fieldOfColumn: columns.map((_, i) => i), fieldCount: columns.length };
}

/** Row `i` of a vector, as the oracle would say it. */
export function valueAt(vector: Vector, i: number): OracleValue {
  if (!isValid(vector, i)) return null;
  switch (vector.kind) {
    case 'dictionary':
      return vector.dictionary.text(vector.values[i]);
    case 'utf8':
      return Buffer.from(vector.bytes.subarray(vector.offsets[i], vector.offsets[i + 1])).toString('utf8');
    case 'boolean':
      return vector.values[i] === 1;
    case 'timestamp':
      return [vector.values[i], vector.localDay[i], vector.localSecond[i]];
    case 'point':
      return [vector.lon[i], vector.lat[i]];
    case 'uuid':
      return Buffer.from(vector.values.subarray(16 * i, 16 * i + 16)).toString('hex');
    default:
      return vector.values[i];
  }
}

export interface ReadOptions extends KernelOptions {
  readonly byteStart?: number;
  readonly skipBytes?: number;
  /** Sizes of the pieces handed to the kernel, over and over; the whole space where left out. */
  readonly pieces?: readonly number[];
  readonly onBatch?: (batch: Batch) => void;
  /** One kept by these options where left out. */
  readonly kernel?: Kernel;
}

export interface ReadResult {
  readonly rows: OracleRow[];
  readonly rejects: OracleReject[];
}

/** One kernel for each set of options: a used one must read as a new one does. */
const kernels = new Map<string, Promise<Kernel>>();

function kernelFor({ batchRows, inputBytes, recordBytesMax }: KernelOptions): Promise<Kernel> {
  const options = { batchRows, inputBytes, recordBytesMax };
  const key = JSON.stringify(options);
  const kernel = kernels.get(key) ?? createKernel(options);
  kernels.set(key, kernel);
  return kernel;
}

/** Reads the bytes of a file with a kernel that may have read others before. */
export async function readWithKernel(
  file: Uint8Array,
  plan: KernelPlan,
  options: ReadOptions = {},
): Promise<ReadResult> {
  const kernel = options.kernel ?? (await kernelFor(options));
  kernel.begin(plan, { byteStart: options.byteStart ?? 0, skipBytes: options.skipBytes ?? 0 });
  const result: ReadResult = { rows: [], rejects: [] };
  const { encoding = 'utf-8' } = plan.dialect;
  const bytes = toUtf8(file, encoding);
  const pieceEnd = (from: number, end: number) => {
    if (encoding === 'utf-8') return end;
    let whole = characterEnd(bytes, end);
    for (let more = end; whole <= from && more < bytes.length; ) whole = characterEnd(bytes, ++more);
    return whole;
  };
  let at = 0;
  for (let piece = 0; ; piece++) {
    const space = kernel.inputSpace();
    const wanted = options.pieces ? options.pieces[piece % options.pieces.length] : space.length;
    const part = bytes.subarray(
      at,
      pieceEnd(at, Math.min(bytes.length, at + Math.min(wanted, space.length))),
    );
    space.set(part);
    at += part.length;
    kernel.filled(part.length, at === bytes.length);
    for (let batch = kernel.next(); batch; batch = kernel.next()) {
      addBatch(result, batch);
      options.onBatch?.(batch);
    }
    if (at === bytes.length) return result;
  }
}

function addBatch(result: ReadResult, batch: Batch): void {
  for (let i = 0; i < batch.rows; i++) {
    result.rows.push({
      byteOffset: batch.byteOffsets[i],
      values: batch.vectors.map((vector) => valueAt(vector, i)),
    });
  }
  result.rejects.push(...batch.rejects);
  if (batch.parsed !== batch.rows + batch.rejects.length) throw new Error('parsed is not rows + rejects');
}
