/** A batch as the fields of binary COPY rows, in the order of the fact table's columns. */

import type { Int32Vector, Int64Vector, Vector } from '../../../kernel/columns/vectors.ts';
import type { CopyField } from '../../../kernel/types.ts';
import type { CompiledStar, LogicalType } from '../../../model/compiled.ts';
import type { Batch } from '../../../model/enrich/batch.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';

/** Keys of a dimension's members: int64 where they are hashed. */
export type KeyVector = Int32Vector | Int64Vector;

/** `keys`: one vector per star.dimensions. Throws LF_INTERNAL where a vector cannot be a column of that type. */
export function factFields(
  star: CompiledStar,
  batch: Batch,
  keys: readonly KeyVector[],
  chunkId: number,
): CopyField[] {
  return star.columns.map((column) => {
    if (column.kind === 'chunk') return { kind: 'constant4', value: chunkId };
    if (column.kind === 'dimension') return keyField(keys[column.dimension]);
    return valueField(column.name, batch.vectors.get(column.vector), column.logical);
  });
}

function keyField(vector: KeyVector): CopyField {
  return vector.kind === 'int64' ? { kind: 'int8', vector } : { kind: 'int4', vector };
}

/** The field kind that each logical type is sent as, given the vector that carries it. */
export function valueField(name: string, vector: Vector | undefined, logical: LogicalType): CopyField {
  switch (vector?.kind) {
    case 'int32':
      if (logical.type === 'smallint') return { kind: 'int2', vector };
      if (logical.type === 'integer') return { kind: 'int4', vector };
      if (logical.type === 'date') return { kind: 'date', vector };
      break;
    case 'int64':
      if (logical.type === 'bigint') return { kind: 'int8', vector };
      if (logical.type === 'numeric') return { kind: 'numeric', scale: logical.scale, vector };
      break;
    case 'decimal128':
      if (logical.type === 'numeric') return { kind: 'numeric', scale: logical.scale, vector };
      break;
    case 'float64':
      if (logical.type === 'float8') return { kind: 'float8', vector };
      break;
    case 'boolean':
      if (logical.type === 'boolean') return { kind: 'bool', vector };
      break;
    case 'timestamp':
      if (logical.type === 'timestamp') return { kind: 'timestamptz', vector };
      break;
    case 'uuid':
      if (logical.type === 'uuid') return { kind: 'uuid', vector };
      break;
    case 'utf8':
      if (logical.type === 'json') return { kind: 'jsonb', vector };
      if (logical.type === 'text') return { kind: 'text', vector };
      break;
    case 'dictionary':
      if (logical.type === 'text') return { kind: 'text', vector };
      break;
  }
  const reason = `column ${name} is ${logical.type} and was given ${vector?.kind ?? 'nothing'}`;
  throw new LandfallError('LF_INTERNAL', { reason });
}
