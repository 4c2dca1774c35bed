/** Visits of customers: one dimension of any size. */
import {
  dateDimension,
  defineDataset,
  integer,
  lookup,
  text,
  timestamp,
  year,
} from '../../../model/index.ts';

export default defineDataset({
  name: 'visits',
  description: 'Visits of customers. The bench generates them with few customers and with millions.',
  columns: {
    customer: text({ required: true }),
    at: timestamp({ required: true, zone: 'UTC' }),
    cents: integer({ required: true }),
  },
  enrich: (c) => ({ year: year(c.at) }),
  lake: { partitionBy: ['year'] },
  star: {
    fact: 'fact_visit',
    dimensions: {
      customer_key: lookup('dim_customer', { name: 'customer' }, {}, { keys: 'hashed' }),
      date_key: dateDimension('dim_date', 'at', { shared: true }),
    },
    columns: ['at', 'cents'],
  },
});
