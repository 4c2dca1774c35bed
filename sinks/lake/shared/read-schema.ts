/** Reads the schema of a part that Landfall has written: parquet/schema.ts the other way round. */
import type { ParquetAnnotation } from '../../../model/types/column-type.ts';
import { ByteSink } from '../parquet/byte-sink.ts';
import { type ParquetColumn, Physical, writeSchema } from '../parquet/schema.ts';
import { ThriftWriter } from '../parquet/thrift-compact.ts';

/** A struct of Thrift as hyparquet reads it: fields by number. */
// biome-ignore lint/suspicious/noExplicitAny: what hyparquet returns.
export type ThriftStruct = { readonly [field: `field_${number}`]: any };

/** Reads a struct that begins at the first of these bytes. */
export type ReadThrift = (bytes: Uint8Array) => ThriftStruct;

/** The annotations by their numbers in the union LogicalType. */
const annotations: Readonly<Record<number, (of: ThriftStruct) => ParquetAnnotation>> = {
  1: () => ({ kind: 'string' }),
  5: ({ field_1: scale, field_2: precision }) => ({ kind: 'decimal', precision, scale }),
  6: () => ({ kind: 'date' }),
  7: () => ({ kind: 'time' }),
  8: () => ({ kind: 'timestamp' }),
  10: () => ({ kind: 'int16' }),
  12: () => ({ kind: 'json' }),
  14: () => ({ kind: 'uuid' }),
};

const physicals = new Set<number>(Object.values(Physical));

/** The columns of SchemaElements. Throws where writing them again would not give the same elements. */
export function readSchema(elements: readonly ThriftStruct[], read: ReadThrift): ParquetColumn[] {
  const columns = elements.slice(1).map(readElement);
  if (textOf(elements) !== textOf(read(written(columns)).field_2)) throw new Error('its schema is unknown');
  return columns;
}

function readElement({ field_1, field_3, field_4, field_10 }: ThriftStruct): ParquetColumn {
  if (!physicals.has(field_1)) throw new Error('its schema is unknown');
  const [member] = Object.entries(field_10 ?? {}) as [string, ThriftStruct][];
  const annotation = member === undefined ? null : annotations[Number(member[0].slice('field_'.length))];
  return {
    name: Buffer.from(field_4).toString(),
    physical: field_1,
    annotation: annotation?.(member[1]) ?? null,
    nullable: field_3 === 1,
  };
}

/** Equal for columns that are stored alike. */
export function schemaKey(columns: readonly ParquetColumn[]): string {
  return JSON.stringify(
    columns.map(({ name, physical, annotation, nullable }) => [name, physical, annotation, nullable]),
  );
}

function written(columns: readonly ParquetColumn[]): Uint8Array {
  const sink = new ByteSink(4096);
  const thrift = new ThriftWriter(sink);
  writeSchema(thrift, 2, columns);
  thrift.end();
  const bytes = sink.written().slice();
  sink.release();
  return bytes;
}

function textOf(elements: readonly ThriftStruct[]): string {
  return JSON.stringify(elements, (_, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
  );
}
