/** Events of which the star shows the latest of each key, and a rollup over what it shows. */
import { count, defineDataset, lookup, median, rollup, sum, upsert } from '../../../model/index.ts';
import { eventColumns, eventFacts } from '../told-columns.ts';

export default defineDataset({
  name: 'orders',
  description: 'Events of a few keys, with deletions, late events and ties; the latest of each key is shown.',
  columns: eventColumns,
  mode: upsert({ key: ['code'], orderBy: 'told_at', deleted: 'gone' }),
  star: {
    fact: 'fact_order',
    dimensions: { kind_key: lookup('dim_order_kind', { name: 'kind' }) },
    columns: eventFacts,
  },
  marts: {
    orders_per_kind: rollup({
      by: ['kind_key'],
      measures: { orders: count(), amount: sum('amount'), half: median('price') },
    }),
  },
  rejects: { share: 0.5, atLeast: 0 },
});
