/** Packed rows of a batch, taken apart again by hand: together they must hold what the batch holds. */
import type { Batch, CopyField, Kernel, KernelColumn } from '../../kernel/types.ts';
import { valueAt } from '../kernel/read.ts';
import { fieldOf } from './copy-rows.ts';
import { expectSame } from './target.ts';

const epochDays = 10_957n;
const epochMicros = 946_684_800_000_000n;
/** Least bytes of texts in a row that may not fit into a page. */
const textsMany = 4_000;

/** The parts of a tuple, one after another. */
class Parts {
  private at = 0;
  private readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get atEnd(): boolean {
    return this.at === this.bytes.length;
  }

  begin(): number {
    this.at += 2;
    return this.bytes.readInt16BE(this.at - 2);
  }

  next(): Buffer | null {
    const size = this.bytes.readInt32BE(this.at);
    this.at += 4;
    if (size < 0) return null;
    this.at += size;
    if (this.at > this.bytes.length) throw new Error('a tuple is longer than it says');
    return this.bytes.subarray(this.at - size, this.at);
  }

  int(): number {
    return this.next()!.readInt32BE();
  }

  long(): bigint {
    return this.next()!.readBigInt64BE();
  }
}

/** Row i above the base: signed where a number takes all bytes of its type. */
function above(values: Buffer, width: number, i: number, full: number): bigint {
  let value = 0n;
  for (const byte of values.subarray(i * width, (i + 1) * width)) value = (value << 8n) | BigInt(byte);
  return width === full ? BigInt.asIntN(full * 8, value) : value;
}

type ValueOf = (i: number) => unknown;

function valuesOf(field: CopyField, parts: Parts): ValueOf {
  switch (field.kind) {
    case 'int4':
    case 'date': {
      const base = BigInt(parts.int()) + (field.kind === 'date' ? epochDays : 0n);
      const [width, values] = [parts.int(), parts.next()!];
      return (i) => Number(base + above(values, width, i, 4));
    }
    case 'int8':
    case 'numeric': {
      const [base, width, values] = [parts.long(), parts.int(), parts.next()!];
      return (i) => base + above(values, width, i, 8);
    }
    case 'timestamptz': {
      const base = parts.long() + epochMicros;
      const unit = parts.next()!.readBigInt64BE();
      const [width, values, rest] = [parts.int(), parts.next()!, parts.next()];
      const micros = (i: number) => (rest === null ? 0n : above(rest, 3, i, 8));
      return (i) => base + above(values, width, i, 9) * unit + micros(i);
    }
    case 'float8': {
      const base = parts.long();
      const scale = parts.next()!.readDoubleBE();
      const [width, values, doubles] = [parts.int(), parts.next(), parts.next()];
      if (values === null) return (i) => doubles!.readDoubleBE(24 + 12 * i);
      return (i) => Number(base + above(values, width, i, 8)) / scale;
    }
    case 'bool': {
      const bits = parts.next()!;
      return (i) => ((bits[i >> 3] >> (i & 7)) & 1) === 1;
    }
    case 'uuid': {
      const values = parts.next()!;
      return (i) => values.toString('hex', 16 * i, 16 * i + 16);
    }
    default: {
      const [begin, values] = [parts.next()!, parts.next()!];
      return (i) => values.toString('utf8', begin.readUInt16BE(2 * i), begin.readUInt16BE(2 * i + 2));
    }
  }
}

/** Every other batch is sorted by a whole number, a date or a time, if there is one. */
export function checkPackedRows(kernel: Kernel, columns: readonly KernelColumn[], batch: Batch): void {
  const fields = columns.flatMap((column, i) => fieldOf(column, batch.vectors[i]) ?? []);
  const sources = batch.vectors.filter(({ kind }) => kind !== 'point');
  const sorted = fields.findIndex(({ kind }) => ['int4', 'int8', 'date', 'timestamptz'].includes(kind));
  const sortBy = batch.rows % 2 === 1 || sorted < 0 ? null : sorted;
  const wanted = Array.from({ length: batch.rows }, (_, row) =>
    fields.map((field, i) => {
      const value = valueAt(sources[i], row);
      return field.kind === 'timestamptz' && value !== null ? (value as never)[0] : value;
    }),
  );
  const nullable = fields.map(() => true);
  const found: unknown[][] = [];
  let packed: Buffer;
  try {
    packed = Buffer.from(kernel.packCopyRows(fields, batch.rows, { nullable, sortBy, chunkId: 7 }).bytes);
  } catch (error) {
    const texts = (row: readonly unknown[]) => row.filter((value) => typeof value === 'string').join('');
    if (error instanceof RangeError && wanted.some((row) => Buffer.byteLength(texts(row)) > textsMany))
      return;
    throw error;
  }
  const parts = new Parts(packed);
  while (!parts.atEnd) {
    parts.begin();
    if (parts.int() !== 7) throw new Error('a tuple is of another chunk');
    const rows = parts.int();
    const tuple = fields.map((field) => {
      const of = valuesOf(field, parts);
      const valid = parts.next();
      return (i: number) => (valid !== null && ((valid[i >> 3] >> (i & 7)) & 1) === 0 ? null : of(i));
    });
    if (sortBy !== null) for (const _ of ['least', 'greatest']) parts.next();
    for (let i = 0; i < rows; i++) found.push(tuple.map((of) => of(i)));
  }
  if (sortBy !== null)
    for (const rows of [found, wanted]) rows.sort((a, b) => (textOf(a) < textOf(b) ? -1 : 1));
  expectSame(found, wanted, 'packed rows have');
}

function textOf(row: readonly unknown[]): string {
  return row.map((value) => (Object.is(value, -0) ? '-0' : String(value))).join('\n');
}
