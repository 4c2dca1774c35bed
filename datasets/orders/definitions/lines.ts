/** What is in the orders: a row for each line item of each exported order, loaded with the orders of a file. */
import {
  append,
  bars,
  check,
  defineDataset,
  integer,
  jsonDocument,
  localDate,
  lookup,
  month,
  numeric,
  smallint,
  text,
  timestamp,
  view,
  year,
} from '../../../model/index.ts';

export default defineDataset({
  name: 'orders_lines',
  description: 'Line items of the exported orders.',
  format: jsonDocument({ records: '$.orders[*]', explode: '$.line_items[*]', parent: 'orders' }),
  columns: {
    order_id: integer({ path: '^.id', required: true }),
    order_updated_at: timestamp({
      path: '^.updated_at',
      required: true,
      formats: ['yyyy-MM-ddTHH:mm:ss.SSSX'],
    }),
    exported_at: timestamp({ path: '^.exported_at', required: true, formats: ['yyyy-MM-ddTHH:mm:ssX'] }),
    line: smallint({ required: true, min: 1 }),
    sku: text({ required: true }),
    product_name: text({ path: '$.product.name' }),
    category: text({ path: '$.product.category' }),
    quantity: integer({ required: true, min: 1 }),
    price: numeric(10, 2, { required: true, min: 0 }),
    discount: numeric(10, 2, { required: true, min: 0 }),
  },
  enrich: (c) => {
    const run_date = localDate(c.exported_at);
    return { run_date, year: year(run_date), month: month(run_date) };
  },
  mode: append({ dedupe: ['run_date', 'order_id', 'line'], keep: 'last', orderBy: 'order_updated_at' }),
  lake: { partitionBy: ['year', 'month'] },
  star: {
    fact: 'fact_order_line',
    dimensions: {
      product_key: lookup(
        'dim_product',
        { sku: 'sku' },
        { name: 'product_name', category: 'category' },
        { attributes: 'latest', by: 'exported_at' },
      ),
    },
    columns: ['order_id', 'run_date', 'line', 'quantity', 'price', 'discount'],
    indexes: [{ columns: ['run_date'] }, { columns: ['order_id', 'run_date'] }],
  },
  marts: {
    sold_line: view(new URL('../marts/sold_line.sql', import.meta.url)),
  },
  checks: {
    lines_add_up: check(new URL('../checks/lines_add_up.sql', import.meta.url), {
      over: 'groups',
      severity: 'warn',
    }),
  },
  queries: {
    top_products: {
      description: 'Products by revenue.',
      sql: new URL('../queries/top_products.sql', import.meta.url),
      parameters: { limit: { type: 'integer', default: 5 } },
      chart: bars({ x: 'product', y: 'revenue', series: 'category' }),
    },
    order_lines: {
      description: 'What is in an order, as its latest run has it.',
      sql: new URL('../queries/order_lines.sql', import.meta.url),
      parameters: { order: { type: 'integer' } },
    },
  },
});
