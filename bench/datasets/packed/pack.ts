import { type Definition, defineDataset } from '../../../model/index.ts';

/** The dataset with packed facts, which have no indexes of their own. `sortBy`: the column by which they are sorted. */
export function packed({ source }: Definition, sortBy: string): Definition {
  if (source.star === 'none') throw new TypeError(`${source.name} has no star`);
  return defineDataset({
    ...source,
    star: { ...source.star, indexes: [], layout: 'packed', sortBy },
  } as Parameters<typeof defineDataset>[0]);
}
