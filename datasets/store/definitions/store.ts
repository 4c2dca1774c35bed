/** Orders of the store, as CSV without a header in a bucket. */
import {
  append,
  bars,
  check,
  count,
  dateDimension,
  dayOf,
  defineDataset,
  integer,
  lines,
  lookup,
  month,
  rollup,
  s3,
  text,
  timestamp,
  view,
  year,
} from '../../../model/index.ts';
import { often } from './often.ts';

export default defineDataset({
  name: 'store',
  description: 'Orders that the store has delivered.',
  dialect: { header: false },
  columns: {
    order_id: integer({ required: true }),
    customer_id: integer({ required: true }),
    item_id: text({ required: true }),
    item_name: text(),
    delivered_on: timestamp({ required: true }),
  },
  enrich: (c) => ({ year: year(c.delivered_on), month: month(c.delivered_on) }),
  // Each file repeats some of the one before.
  mode: append({ dedupe: ['order_id'], orderBy: 'delivered_on' }),
  lake: { partitionBy: ['year', 'month'] },
  star: {
    fact: 'fact_store_order',
    dimensions: {
      item_key: lookup(
        'dim_store_item',
        { item_id: 'item_id' },
        { name: 'item_name' },
        { attributes: 'latest', by: 'delivered_on' },
      ),
      date_key: dateDimension('dim_date', 'delivered_on', { shared: true }),
    },
    columns: ['order_id', 'customer_id', 'delivered_on'],
    indexes: [{ columns: ['customer_id'] }],
  },
  sources: {
    // s3://bucket/prefix, or a folder.
    orders: s3({ url: '{env:STORE_ORDERS}/', match: '*.csv', schedule: often }),
  },
  marts: {
    orders_of_item: rollup({ by: ['item_key', dayOf('delivered_on')], measures: { orders: count() } }),
    fct_orders: view(new URL('../marts/fct_orders.sql', import.meta.url)),
    orders_by_state: view(new URL('../marts/orders_by_state.sql', import.meta.url), {
      chart: lines({ x: 'day', y: 'orders', series: 'state_name' }),
    }),
    orders_by_item_and_day: view(new URL('../marts/orders_by_item_and_day.sql', import.meta.url), {
      chart: lines({ x: 'day', y: 'orders', series: 'item' }),
    }),
    customers_at_risk: view(new URL('../marts/customers_at_risk.sql', import.meta.url)),
  },
  checks: {
    customers_known: check(new URL('../checks/customers_known.sql', import.meta.url), {
      over: 'file',
      severity: 'warn',
    }),
  },
  queries: {
    by_state: {
      description: 'Orders by the state in which the customer lived when they were delivered, most first.',
      sql: new URL('../queries/by_state.sql', import.meta.url),
      parameters: {
        from: { type: 'date', default: '1970-01-01' },
        to: { type: 'date', default: '9999-12-31' },
      },
      order: ['orders desc', 'state'],
      chart: bars({ x: 'state', y: 'orders' }),
    },
    item_days: {
      description: 'Orders of an item on each day, latest day first.',
      sql: new URL('../queries/item_days.sql', import.meta.url),
      parameters: { item: { type: 'text', default: 'Lamp' }, limit: { type: 'integer', default: 5 } },
      chart: lines({ x: 'day', y: 'orders' }),
    },
    at_risk: {
      description: 'Customers with at least this score, and what they have ordered.',
      sql: new URL('../queries/at_risk.sql', import.meta.url),
      parameters: { score: { type: 'integer', default: 80 }, limit: { type: 'integer', default: 5 } },
    },
  },
});
