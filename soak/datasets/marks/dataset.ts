/**
 * Rows that contain their own origin, so that loaded rows can be compared with dropped ones. Each file has a dialect
 * of its own.
 */
import {
  compute,
  count,
  dateDimension,
  defineDataset,
  lookup,
  median,
  month,
  rollup,
  sum,
  year,
} from '../../../model/index.ts';
import { markedColumns, markedFacts } from '../marked-columns.ts';

export default defineDataset({
  name: 'marks',
  description: 'Rows that know their place, in any dialect that can be told from the file.',
  dialect: { delimiter: 'auto', encoding: 'auto', lineEnds: 'auto' },
  columns: markedColumns,
  enrich: (c) => ({
    year: year(c.noted_at),
    month: month(c.noted_at),
    share: compute('float8', [c.record], (record) => record / 7),
  }),
  lake: { partitionBy: ['year', 'month'] },
  star: {
    fact: 'fact_mark',
    dimensions: {
      content_key: lookup('dim_mark_content', { content: 'content' }, {}, { keys: 'hashed' }),
      date_key: dateDimension('dim_date', 'noted_at', { shared: true }),
    },
    columns: [...markedFacts, 'share'],
  },
  marts: {
    marks_per_day: rollup({
      by: ['date_key'],
      measures: { marks: count(), shares: sum('share'), half: median('amount') },
    }),
  },
  rejects: { share: 0.5, atLeast: 0 },
});
