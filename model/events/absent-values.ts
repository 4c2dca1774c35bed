/** Finds rows that cannot be events: a column of the key or of the order is null. */
import { isValid, type Vector } from '../../kernel/columns/vectors.ts';
import { RejectReason } from '../../kernel/types.ts';
import type { CompiledMode } from '../compiled.ts';
import type { Batch } from '../enrich/batch.ts';

/** A column or an enrichment that has no value in a row, although the mode requires one. */
export interface AbsentValue {
  readonly name: string;
  readonly reason: RejectReason;
}

/** The rows with such columns, in any order. Most batches have none, which takes no pass over their rows. */
export function absentValues(mode: CompiledMode, { vectors, rows }: Batch): Map<number, AbsentValue[]> {
  const found = new Map<number, AbsentValue[]>();
  if (mode.kind === 'append') return found;
  const identity = mode.nullKeys === 'reject' ? [...new Set([...mode.scope, ...mode.key])] : [];
  for (const name of identity) note(found, vectors.get(name)!, rows, { name, reason: RejectReason.key });
  const order = mode.orderBy?.vector;
  if (order !== undefined)
    note(found, vectors.get(order)!, rows, { name: order, reason: RejectReason.order });
  return found;
}

function note(found: Map<number, AbsentValue[]>, vector: Vector, rows: number, absent: AbsentValue): void {
  if (vector.nullCount === 0) return;
  for (let row = 0; row < rows; row++) {
    if (isValid(vector, row)) continue;
    const known = found.get(row);
    if (known === undefined) found.set(row, [absent]);
    else known.push(absent);
  }
}
