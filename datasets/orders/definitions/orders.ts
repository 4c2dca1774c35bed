/** Orders, appended with the date of the run that exported them. */
import {
  append,
  bars,
  check,
  count,
  dateDimension,
  defineDataset,
  float8,
  integer,
  jsonDocument,
  junk,
  lines,
  localDate,
  lookup,
  month,
  numeric,
  rollup,
  sum,
  text,
  timestamp,
  view,
  year,
} from '../../../model/index.ts';
import { sources } from './sources.ts';

export default defineDataset({
  name: 'orders',
  description: 'Orders as the shop exports them: once for each day on which they were placed or changed.',
  format: jsonDocument({ records: '$.orders[*]' }),
  columns: {
    order_id: integer({ path: '$.id', required: true }),
    status: text({ required: true, oneOf: ['placed', 'paid', 'shipped', 'returned'] }),
    // The customer's local time with its offset, to the millisecond.
    created_at: timestamp({ required: true, formats: ['yyyy-MM-ddTHH:mm:ss.SSSX'] }),
    updated_at: timestamp({ required: true, formats: ['yyyy-MM-ddTHH:mm:ss.SSSX'] }),
    exported_at: timestamp({ required: true, formats: ['yyyy-MM-ddTHH:mm:ssX'] }),
    user_id: integer({ path: '$.customer.id', required: true }),
    user_name: text({ path: '$.customer.name' }),
    user_country: text({ path: '$.customer.country' }),
    user_updated_at: timestamp({ path: '$.customer.updated_at', formats: ['yyyy-MM-ddTHH:mm:ssX'] }),
    city: text({ path: '$.location.city' }),
    country: text({ path: '$.location.country' }),
    latitude: float8({ path: '$.location.point.latitude', min: -90, max: 90 }),
    longitude: float8({ path: '$.location.point.longitude', min: -180, max: 180 }),
    device_type: text({ path: '$.device.type' }),
    os: text({ path: '$.device.os' }),
    // Apps have none.
    browser: text({ path: '$.device.browser' }),
    currency: text({ required: true, pattern: /^[A-Z]{3}$/ }),
    total: numeric(12, 2, { required: true }),
  },
  enrich: (c) => {
    const run_date = localDate(c.exported_at);
    return { run_date, year: year(run_date), month: month(run_date) };
  },
  // A run exports an order once, whatever it repeats and whether the dump or the API brings it.
  mode: append({ dedupe: ['run_date', 'order_id'], keep: 'last', orderBy: 'updated_at' }),
  lake: { partitionBy: ['year', 'month'] },
  star: {
    fact: 'fact_exported_order',
    dimensions: {
      order_user_key: lookup(
        'dim_order_user',
        { user_id: 'user_id' },
        { name: 'user_name', country: 'user_country' },
        { attributes: 'latest', by: 'user_updated_at' },
      ),
      order_place_key: lookup(
        'dim_order_place',
        { city: 'city', country: 'country' },
        { latitude: 'latitude', longitude: 'longitude' },
      ),
      order_device_key: junk('dim_order_device', ['device_type', 'os', 'browser']),
      run_date_key: dateDimension('dim_date', 'run_date', { shared: true }),
    },
    columns: ['order_id', 'run_date', 'status', 'created_at', 'updated_at', 'currency', 'total'],
    indexes: [{ columns: ['run_date'] }, { columns: ['order_id', 'run_date'] }],
  },
  sources,
  marts: {
    orders_of_run: rollup({
      by: ['run_date', 'status'],
      measures: { orders: count(), total: sum('total') },
      chart: lines({ x: 'run_date', y: 'orders', series: 'status' }),
    }),
    order_summary: view(new URL('../marts/order_summary.sql', import.meta.url)),
    revenue_by_day_and_country: view(new URL('../marts/revenue_by_day_and_country.sql', import.meta.url), {
      chart: lines({ x: 'day', y: 'revenue', series: 'country' }),
    }),
  },
  checks: {
    total_not_negative: check(new URL('../checks/total_not_negative.sql', import.meta.url), { over: 'file' }),
    placed_before_run: check(new URL('../checks/placed_before_run.sql', import.meta.url), {
      over: 'file',
      severity: 'warn',
    }),
  },
  queries: {
    revenue_by_country: {
      description: 'Orders and revenue of each country, most first. Returned orders do not count.',
      sql: new URL('../queries/revenue_by_country.sql', import.meta.url),
      parameters: {
        from: { type: 'date', default: '1970-01-01' },
        to: { type: 'date', default: '9999-12-31' },
      },
      order: ['revenue desc', 'country'],
      chart: bars({ x: 'country', y: 'revenue' }),
    },
    order_history: {
      description: 'What each run said of an order.',
      sql: new URL('../queries/order_history.sql', import.meta.url),
      parameters: { order: { type: 'integer' } },
      chart: lines({ x: 'run_date', y: 'total' }),
    },
    devices: {
      description: 'Orders by device, and how many of a hundred were returned.',
      sql: new URL('../queries/devices.sql', import.meta.url),
      chart: bars({ x: 'device_type', y: 'orders' }),
    },
  },
});
