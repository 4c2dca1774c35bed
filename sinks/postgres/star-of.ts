import type { CompiledDataset, CompiledStar } from '../../model/compiled.ts';
import { LandfallError } from '../../platform/errors/errors.ts';

/** The dataset's star. Throws LF_INTERNAL for a dataset without one: nobody should have asked. */
export function starOf({ name, star }: Pick<CompiledDataset, 'name' | 'star'>): CompiledStar {
  if (star !== null) return star;
  throw new LandfallError('LF_INTERNAL', { reason: `the dataset ${name} has no star` });
}
