/** Answers as a file of Apache Arrow (IPC file format, Feather 2), a record batch at a time. */
import * as arrow from 'apache-arrow';
import { type Answer, type AnswerColumn, type AnswerRow, inGroups } from '../answer.ts';
import { daysOf, decimalOf, doubleOf, microsOf, ValueReader } from './values.ts';

/** Rows of a record batch. */
const batchRows = 65_536;

/** The bytes of a file, as they come. */
export async function* arrowOf(answer: Answer): AsyncGenerator<Uint8Array> {
  const forms = answer.columns.map(formOf);
  const fields = answer.columns.map(({ name }, i) => new arrow.Field(name, forms[i].type, true));
  const schema = new arrow.Schema(fields);
  const written = new Written();
  const writer = new arrow.RecordBatchFileWriter();
  writer.reset(written, schema);
  for await (const rows of inGroups(answer, batchRows)) {
    const children = forms.map((form, i) => form.data(rows, i));
    const data = arrow.makeData({
      type: new arrow.Struct(fields),
      length: rows.length,
      nullCount: 0,
      children,
    });
    writer.write(new arrow.RecordBatch(schema, data));
    yield written.take();
  }
  writer.finish();
  yield written.take();
}

/** Collects what the writer writes, so that no more than one batch waits for who reads slowly. */
class Written extends arrow.AsyncByteQueue {
  private pieces: Uint8Array[] = [];

  override write(piece: ArrayBufferLike | ArrayBufferView | string): void {
    if (typeof piece === 'string') this.pieces.push(Buffer.from(piece));
    else if (ArrayBuffer.isView(piece))
      this.pieces.push(new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength).slice());
    else this.pieces.push(new Uint8Array(piece).slice());
  }

  take(): Uint8Array {
    const bytes = Buffer.concat(this.pieces);
    this.pieces = [];
    return bytes;
  }
}

interface Form {
  readonly type: arrow.DataType;
  data(rows: readonly AnswerRow[], index: number): arrow.Data;
}

function formOf(column: AnswerColumn): Form {
  const { type } = column;
  const reader = new ValueReader(column, 'Arrow');
  /** A column of numbers; a null is any number, and its bit is not set. */
  const numbers = <T extends number | bigint>(
    of: arrow.DataType,
    Values: new (length: number) => { [index: number]: T },
    read: (text: string) => T | undefined,
  ): Form => ({
    type: of,
    data(rows, index) {
      const values = reader.read(rows, index, read);
      const data = new Values(values.length);
      values.forEach((value, i) => {
        if (value !== null) data[i] = value;
      });
      return arrow.makeData({ type: of, length: values.length, ...validity(values), data } as never);
    },
  });
  switch (type.kind) {
    case 'boolean':
      return bits(reader);
    case 'int32':
      return numbers(new arrow.Int32(), Int32Array, Number);
    case 'int64':
      return numbers(new arrow.Int64(), BigInt64Array, BigInt);
    case 'double':
    case 'number':
      return numbers(new arrow.Float64(), Float64Array, doubleOf);
    case 'decimal':
      return decimals(reader, type);
    case 'date':
      return numbers(new arrow.DateDay(), Int32Array, daysOf);
    case 'timestamp':
      return numbers(new arrow.TimestampMicrosecond(type.zoned ? 'UTC' : null), BigInt64Array, microsOf);
    case 'json':
    case 'text':
      return texts();
  }
}

function bits(reader: ValueReader): Form {
  const type = new arrow.Bool();
  return {
    type,
    data(rows, index) {
      const values = reader.read(rows, index, (text) => text === 'true');
      const data = packed(values, (value) => value === true);
      return arrow.makeData({ type, length: values.length, ...validity(values), data });
    },
  };
}

/** 128 bits each, little-endian. */
function decimals(reader: ValueReader, { precision, scale }: { precision: number; scale: number }): Form {
  const type = new arrow.Decimal(scale, precision, 128);
  return {
    type,
    data(rows, index) {
      const values = reader.read(rows, index, (text) => decimalOf(text, scale));
      const halves = new BigInt64Array(2 * values.length);
      values.forEach((value, i) => {
        halves[2 * i] = BigInt.asIntN(64, value ?? 0n);
        halves[2 * i + 1] = (value ?? 0n) >> 64n;
      });
      const data = new Uint32Array(halves.buffer);
      return arrow.makeData({ type, length: values.length, ...validity(values), data });
    },
  };
}

function texts(): Form {
  const type = new arrow.Utf8();
  return {
    type,
    data: (rows, index) => {
      const cells = rows.map((row) => row[index]);
      const bytes = cells.map((cell) => Buffer.from(cell ?? ''));
      const valueOffsets = new Int32Array(cells.length + 1);
      bytes.forEach((one, i) => {
        valueOffsets[i + 1] = valueOffsets[i] + one.length;
      });
      const data = Buffer.concat(bytes);
      return arrow.makeData({ type, length: cells.length, ...validity(cells), valueOffsets, data });
    },
  };
}

function validity(values: readonly unknown[]): { nullCount: number; nullBitmap: Uint8Array } {
  const nullCount = values.filter((value) => value === null).length;
  return { nullCount, nullBitmap: packed(values, (value) => value !== null) };
}

/** A bit for each value, the first one lowest. */
function packed<T>(values: readonly T[], isSet: (value: T) => boolean): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(values.length / 8));
  values.forEach((value, i) => {
    if (isSet(value)) bytes[i >> 3] |= 1 << (i & 7);
  });
  return bytes;
}
