import { type Definition, defineDataset } from '../../../model/index.ts';

/** The dataset with packed facts, which have no indexes of their own. */
export function packed({ source }: Definition): Definition {
  if (source.star === 'none') throw new TypeError(`${source.name} has no star`);
  return defineDataset({ ...source, star: { ...source.star, indexes: [], layout: 'packed' } } as Parameters<
    typeof defineDataset
  >[0]);
}
