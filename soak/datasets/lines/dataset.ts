/** Rows that know their place, as lines of JSON. */
import {
  count,
  dateDimension,
  defineDataset,
  lookup,
  month,
  ndjson,
  rollup,
  sum,
  year,
} from '../../../model/index.ts';
import { jsonColumns, jsonFacts } from '../marked-columns.ts';

export default defineDataset({
  name: 'lines',
  description: 'Rows that know their place, one record of JSON a line.',
  format: ndjson(),
  columns: jsonColumns,
  enrich: (c) => ({ year: year(c.noted_at), month: month(c.noted_at) }),
  lake: { partitionBy: ['year', 'month'] },
  star: {
    fact: 'fact_line',
    dimensions: {
      content_key: lookup('dim_line_content', { content: 'content' }),
      date_key: dateDimension('dim_date', 'noted_at', { shared: true }),
    },
    columns: jsonFacts,
  },
  marts: {
    lines_per_day: rollup({ by: ['date_key'], measures: { lines: count(), exact: sum('exact') } }),
  },
  rejects: { share: 0.5, atLeast: 0 },
});
