/** Events of which the star shows the versions of each key. */
import { defineDataset, history, lookup } from '../../../model/index.ts';
import { eventColumns, eventFacts } from '../told-columns.ts';

export default defineDataset({
  name: 'tiers',
  description:
    'Events of a few keys, with deletions, late events and ties; the versions of each key are shown.',
  columns: eventColumns,
  mode: history({
    key: ['code'],
    orderBy: 'told_at',
    deleted: 'gone',
    track: ['label', 'kind'],
    overwrite: ['price'],
  }),
  star: {
    fact: 'fact_tier',
    dimensions: { kind_key: lookup('dim_tier_kind', { name: 'kind' }) },
    columns: eventFacts,
  },
  rejects: { share: 0.5, atLeast: 0 },
});
