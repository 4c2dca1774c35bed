/** The fields of binary COPY rows for a batch, in the order of the fact table's columns. */

import type { Int32Vector, Int64Vector, Vector } from '../../../kernel/columns/vectors.ts';
import type { CopyField, Packing } from '../../../kernel/types.ts';
import type { CompiledStar, LogicalType } from '../../../model/compiled.ts';
import type { Batch } from '../../../model/enrich/batch.ts';
import { typeOf } from '../../../model/types/column-types.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';

/** Keys of a dimension's members. They are int64 if they are hashed. */
export type KeyVector = Int32Vector | Int64Vector;

/**
 * `keys`: one vector for each of star.dimensions. Throws LF_INTERNAL if a vector does not have the type of its
 * column.
 */
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

/** The same for packed rows: without the chunk, and how they are packed. */
export function packedFields(
  star: CompiledStar,
  batch: Batch,
  keys: readonly KeyVector[],
  chunkId: number,
): { readonly fields: CopyField[]; readonly packing: Packing } {
  const fields: CopyField[] = [];
  const nullable: boolean[] = [];
  let sortBy: number | null = null;
  for (const column of star.columns) {
    if (column.kind === 'chunk') continue;
    if (column.name === star.sortBy) sortBy = fields.length;
    if (column.kind === 'dimension') fields.push(keyField(keys[column.dimension]));
    else fields.push(packedField(valueField(column.name, batch.vectors.get(column.vector), column.logical)));
    nullable.push(column.kind === 'value' && !column.notNull);
  }
  return { fields, packing: { nullable, sortBy, chunkId } };
}

/** Intervals are packed as their microseconds. */
function packedField(field: CopyField): CopyField {
  return field.kind === 'interval' ? { kind: 'int8', vector: field.vector } : field;
}

function keyField(vector: KeyVector): CopyField {
  return vector.kind === 'int64' ? { kind: 'int8', vector } : { kind: 'int4', vector };
}

/** The field as which a vector of a logical type is sent. */
export function valueField(name: string, vector: Vector | undefined, logical: LogicalType): CopyField {
  const kind = vector && typeOf(logical).copy[vector.kind];
  if (kind === undefined) {
    const reason = `column ${name} is ${logical.type} and was given ${vector?.kind ?? 'nothing'}`;
    throw new LandfallError('LF_INTERNAL', { reason });
  }
  return { kind, vector, ...('scale' in logical && { scale: logical.scale }) } as CopyField;
}
