/**
 * The Parquet schema of a part: physical type, logical type and repetition of every column. Source:
 * https://github.com/apache/parquet-format/blob/master/LogicalTypes.md and parquet.thrift
 */
import type { LogicalType } from '../../../model/compiled.ts';
import type { ParquetAnnotation, ParquetForm } from '../../../model/types/column-type.ts';
import { typeOf } from '../../../model/types/column-types.ts';
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

const physicalOf: Readonly<Record<ParquetForm['physical'], Physical>> = {
  boolean: Physical.boolean,
  int32: Physical.int32,
  int64: Physical.int64,
  double: Physical.double,
  byteArray: Physical.byteArray,
  bytes16: Physical.fixedLenByteArray,
};

/** How Parquet's logical types are written. */
const annotations: {
  readonly [K in ParquetAnnotation['kind']]: Annotation<Extract<ParquetAnnotation, { readonly kind: K }>>;
} = {
  string: { converted: 0, member: 1, write: nothing },
  json: { converted: 19, member: 12, write: nothing },
  uuid: { converted: null, member: 14, write: nothing },
  date: { converted: 6, member: 6, write: nothing },
  int16: { converted: 16, member: 10, write: writeInt16 },
  decimal: { converted: 5, member: 5, write: writeDecimal },
  timestamp: { converted: 10, member: 8, write: (thrift) => writeMicros(thrift, true) },
  time: { converted: 8, member: 7, write: (thrift) => writeMicros(thrift, false) },
};

interface Annotation<A extends ParquetAnnotation> {
  /** The older ConvertedType, for readers from before 2018. UUID has none. */
  readonly converted: number | null;
  /** Its number in the LogicalType union. */
  readonly member: number;
  /** Writes the union member's fields. */
  write(thrift: ThriftWriter, annotation: A): void;
}

const Repetition = { required: 0, optional: 1 } as const;

/** A column of a part. */
export interface ParquetColumn {
  readonly name: string;
  readonly physical: Physical;
  readonly annotation: ParquetAnnotation | null;
  /** If true, OPTIONAL: pages contain definition levels. If false, REQUIRED. */
  readonly nullable: boolean;
}

/** The column that stores values of a logical type. A point has none, because it is stored as two doubles. */
export function parquetColumn(name: string, logical: LogicalType, nullable: boolean): ParquetColumn {
  const { physical, annotation } = typeOf(logical).parquet(logical);
  return { name, physical: physicalOf[physical], annotation, nullable };
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

function writeElement(thrift: ThriftWriter, { name, physical, annotation, nullable }: ParquetColumn): void {
  thrift.element();
  thrift.i32(1, physical);
  if (physical === Physical.fixedLenByteArray) thrift.i32(2, 16);
  thrift.i32(3, nullable ? Repetition.optional : Repetition.required);
  thrift.binary(4, name);
  if (annotation !== null) writeAnnotation(thrift, annotation);
  thrift.end();
}

function writeAnnotation(thrift: ThriftWriter, annotation: ParquetAnnotation): void {
  const { converted, member, write }: Annotation<ParquetAnnotation> = annotations[annotation.kind];
  if (converted !== null) thrift.i32(6, converted);
  if (annotation.kind === 'decimal') {
    thrift.i32(7, annotation.scale);
    thrift.i32(8, annotation.precision);
  }
  thrift.struct(10);
  thrift.struct(member);
  write(thrift, annotation);
  thrift.end();
  thrift.end();
}

function nothing(): void {}

function writeDecimal(
  thrift: ThriftWriter,
  { precision, scale }: { precision: number; scale: number },
): void {
  thrift.i32(1, scale);
  thrift.i32(2, precision);
}

function writeInt16(thrift: ThriftWriter): void {
  thrift.i8(1, 16);
  thrift.bool(2, true); // signed
}

/** For timestamps and times. */
function writeMicros(thrift: ThriftWriter, isAdjustedToUtc: boolean): void {
  thrift.bool(1, isAdjustedToUtc);
  thrift.struct(2);
  thrift.struct(2); // TimeUnit.MICROS
  thrift.end();
  thrift.end();
}
