/** Snapshots of a few keys: each file is complete for the kinds that it has, and a rollup over what is shown. */
import {
  count,
  defineDataset,
  fromName,
  lookup,
  median,
  rollup,
  snapshot,
  sum,
} from '../../../model/index.ts';
import { eventColumns, eventFacts } from '../told-columns.ts';

export default defineDataset({
  name: 'stocks',
  description: 'Snapshots as of few days, late and early; of each kind the newest is shown.',
  columns: eventColumns,
  mode: snapshot({ key: ['code'], asOf: fromName('*_{date}.csv'), scope: ['kind'] }),
  star: {
    fact: 'fact_stock',
    dimensions: { kind_key: lookup('dim_stock_kind', { name: 'kind' }) },
    columns: eventFacts,
  },
  marts: {
    stocks_per_kind: rollup({
      by: ['kind_key'],
      measures: { stocks: count(), amount: sum('amount'), half: median('price') },
    }),
  },
  rejects: { share: 0.5, atLeast: 0 },
});
