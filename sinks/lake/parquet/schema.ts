/**
 * Parquet's schema of a part: physical type, logical type and repetition of every column.
 * Source: https://github.com/apache/parquet-format/blob/master/LogicalTypes.md and parquet.thrift
 */
import type { LogicalType } from '../../../model/compiled.ts';
import { ThriftType, type ThriftWriter } from './thrift-compact.ts';

export const Physical = {
  boolean: 0,
  int32: 1,
  int64: 2,
  double: 5,
  byteArray: 6,
  fixedLenByteArray: 7,
} as const;
export type Physical = (typeof Physical)[keyof typeof Physical];

const Converted = { utf8: 0, decimal: 5, date: 6, timestampMicros: 10, int16: 16, json: 19 } as const;
const Repetition = { required: 0, optional: 1 } as const;

/** A column of a part. */
export interface ParquetColumn {
  readonly name: string;
  readonly physical: Physical;
  readonly logical: LogicalType;
  /** OPTIONAL if true: pages carry definition levels. REQUIRED if false. */
  readonly nullable: boolean;
}

/** The column in which values of a logical type are stored. A point has none: it is stored as two doubles. */
export function parquetColumn(name: string, logical: LogicalType, nullable: boolean): ParquetColumn {
  return { name, physical: physicalType(logical), logical, nullable };
}

function physicalType(logical: LogicalType): Physical {
  switch (logical.type) {
    case 'smallint':
    case 'integer':
    case 'date':
      return Physical.int32;
    case 'bigint':
    case 'timestamp':
      return Physical.int64;
    case 'numeric':
      return logical.precision > 18 ? Physical.fixedLenByteArray : Physical.int64;
    case 'float8':
      return Physical.double;
    case 'boolean':
      return Physical.boolean;
    case 'uuid':
      return Physical.fixedLenByteArray;
    case 'text':
    case 'json':
      return Physical.byteArray;
    case 'point':
      throw new TypeError('a point is stored as its lon and lat');
  }
}

/** Writes the list of SchemaElements: the root, then its columns. */
export function writeSchema(thrift: ThriftWriter, id: number, columns: readonly ParquetColumn[]): void {
  thrift.list(id, ThriftType.struct, columns.length + 1);
  thrift.element();
  thrift.binary(4, 'schema');
  thrift.i32(5, columns.length);
  thrift.end();
  for (const column of columns) writeElement(thrift, column);
}

function writeElement(thrift: ThriftWriter, { name, physical, logical, nullable }: ParquetColumn): void {
  thrift.element();
  thrift.i32(1, physical);
  if (physical === Physical.fixedLenByteArray) thrift.i32(2, 16);
  thrift.i32(3, nullable ? Repetition.optional : Repetition.required);
  thrift.binary(4, name);
  const converted = convertedType(logical.type);
  if (converted !== null) thrift.i32(6, converted);
  if (logical.type === 'numeric') {
    thrift.i32(7, logical.scale);
    thrift.i32(8, logical.precision);
  }
  writeLogicalType(thrift, logical);
  thrift.end();
}

/** The older annotation that readers before 2018 know; uuid has none. */
function convertedType(type: LogicalType['type']): number | null {
  switch (type) {
    case 'text':
      return Converted.utf8;
    case 'json':
      return Converted.json;
    case 'smallint':
      return Converted.int16;
    case 'date':
      return Converted.date;
    case 'timestamp':
      return Converted.timestampMicros;
    case 'numeric':
      return Converted.decimal;
    default:
      return null;
  }
}

/** The LogicalType union; plain integers, doubles and booleans have none. */
function writeLogicalType(thrift: ThriftWriter, logical: LogicalType): void {
  const member = { text: 1, numeric: 5, date: 6, timestamp: 8, smallint: 10, json: 12, uuid: 14 } as const;
  if (!(logical.type in member)) return;
  thrift.struct(10);
  thrift.struct(member[logical.type as keyof typeof member]);
  if (logical.type === 'numeric') {
    thrift.i32(1, logical.scale);
    thrift.i32(2, logical.precision);
  } else if (logical.type === 'timestamp') {
    thrift.bool(1, true); // isAdjustedToUTC
    thrift.struct(2);
    thrift.struct(2); // TimeUnit.MICROS
    thrift.end();
    thrift.end();
  } else if (logical.type === 'smallint') {
    thrift.i8(1, 16);
    thrift.bool(2, true); // signed
  }
  thrift.end();
  thrift.end();
}
