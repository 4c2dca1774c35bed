import type { CompiledDataset, CompiledStar } from '../../model/compiled.ts';
import { LandfallError } from '../../platform/errors/errors.ts';

/** The dataset's star. Throws LF_INTERNAL if the dataset has none, because callers must not ask for it. */
export function starOf({ name, star }: Pick<CompiledDataset, 'name' | 'star'>): CompiledStar {
  if (star !== null) return star;
  throw new LandfallError('LF_INTERNAL', { reason: `the dataset ${name} has no star` });
}
