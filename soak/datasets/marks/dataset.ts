/**
 * Rows that say where they came from: the content they are of, their number in it and the byte at which
 * they begin. So what was loaded can be compared with what was dropped row by row. Everything about the
 * dialect is left to the file.
 */
import {
  bigint,
  dateDimension,
  defineDataset,
  integer,
  lookup,
  month,
  numeric,
  text,
  timestamp,
  year,
} from '../../../model/index.ts';

export default defineDataset({
  name: 'marks',
  description: 'Rows that know their place, in any dialect that can be told from the file.',
  dialect: { delimiter: 'auto', encoding: 'auto', lineEnds: 'auto' },
  columns: {
    content: text({ required: true }),
    record: integer({ required: true }),
    byte_offset: bigint({ required: true }),
    noted_at: timestamp({ required: true, zone: 'UTC' }),
    amount: numeric(12, 2),
    note: text(),
  },
  enrich: (c) => ({ year: year(c.noted_at), month: month(c.noted_at) }),
  lake: { partitionBy: ['year', 'month'] },
  star: {
    fact: 'fact_mark',
    dimensions: {
      content_key: lookup('dim_mark_content', { content: 'content' }, {}, { keys: 'hashed' }),
      date_key: dateDimension('dim_date', 'noted_at', { shared: true }),
    },
    columns: ['byte_offset', 'noted_at', 'record', 'amount', 'note'],
  },
  rejects: { share: 0.5 },
});
