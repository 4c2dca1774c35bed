import type { Vector } from '../../../kernel/columns/vectors.ts';
import type { Batch } from '../../../model/enrich/batch.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';

/** Throws LF_INTERNAL if the batch has no vector of this name. */
export function vectorOf(batch: Batch, name: string): Vector {
  const vector = batch.vectors.get(name);
  if (vector !== undefined) return vector;
  throw new LandfallError('LF_INTERNAL', { reason: `the batch has no column ${name}` });
}
