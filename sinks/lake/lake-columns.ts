/** The columns of a dataset's parts: their names, where their values come from, and how they are stored. */
import type { Vector, VectorKind } from '../../kernel/columns/vectors.ts';
import type { CompiledDataset, LogicalType } from '../../model/compiled.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { type ParquetColumn, Physical, parquetColumn } from './parquet/schema.ts';
import type { PartitionColumn } from './partitions.ts';

/** A column of every part and the vector that fills it. */
export interface LakeColumn {
  readonly vector: string;
  readonly logical: LogicalType;
  readonly parquet: ParquetColumn;
}

const kindsOf: Record<Physical, readonly VectorKind[]> = {
  [Physical.boolean]: ['boolean'],
  [Physical.int32]: ['int32'],
  [Physical.int64]: ['int64', 'timestamp'],
  [Physical.double]: ['float64'],
  [Physical.byteArray]: ['utf8', 'dictionary'],
  [Physical.fixedLenByteArray]: ['uuid', 'decimal128'],
};

/**
 * All parts of a definition have the same schema, so nullability depends on the definition alone. A column that must
 * have a value is REQUIRED. All others, including computed columns, are OPTIONAL.
 */
export function lakeColumns(dataset: CompiledDataset): LakeColumn[] {
  const required = new Set(dataset.columns.filter((column) => column.required).map((column) => column.name));
  return dataset.lake.columns.map(({ name, vector, logical }) => ({
    vector,
    logical,
    parquet: parquetColumn(name, logical, !required.has(vector)),
  }));
}

/** The partition columns with their logical types, which distinguish a date from an integer. */
export function partitionColumns(dataset: CompiledDataset): PartitionColumn[] {
  const logicalOf = new Map<string, LogicalType>(
    [...dataset.columns, ...dataset.enrichments].map((column) => [column.name, column.logical]),
  );
  return dataset.lake.partitionBy.map((column) => {
    const logical = logicalOf.get(column.vector);
    if (logical === undefined)
      throw new LandfallError('LF_INTERNAL', { reason: `no column ${column.vector}` });
    return { ...column, logical };
  });
}

/** Throws LF_INTERNAL if the vector cannot fill its column. */
export function checkVector({ vector: name, logical, parquet }: LakeColumn, vector: Vector): void {
  if (!kindsOf[parquet.physical].includes(vector.kind)) {
    const reason = `column ${name} is ${logical.type} but its vector is ${vector.kind}`;
    throw new LandfallError('LF_INTERNAL', { reason });
  }
  if (!parquet.nullable && vector.validity !== null && vector.nullCount > 0) {
    throw new LandfallError('LF_INTERNAL', { reason: `column ${name} is required but has nulls` });
  }
}
