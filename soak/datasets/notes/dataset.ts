/** As marks, in one odd dialect that the definition names, and with versions that replace each other. */
import {
  bigint,
  dateDimension,
  defineDataset,
  integer,
  lookup,
  numeric,
  text,
  timestamp,
  year,
} from '../../../model/index.ts';

export default defineDataset({
  name: 'notes',
  description: 'Rows that know their place, in a dialect of many oddities; a new version replaces the old.',
  dialect: {
    delimiter: '||',
    quote: "'",
    escape: '\\',
    comment: '#',
    trim: true,
    skipLines: 2,
    skipFooterLines: 1,
    encoding: 'windows-1251',
    lineEnds: 'any',
  },
  columns: {
    content: text({ required: true }),
    record: integer({ required: true }),
    byte_offset: bigint({ required: true }),
    noted_at: timestamp({ required: true, zone: 'UTC' }),
    amount: numeric(12, 2),
    note: text(),
  },
  enrich: (c) => ({ year: year(c.noted_at) }),
  lake: { partitionBy: ['year'] },
  star: {
    fact: 'fact_note',
    dimensions: {
      content_key: lookup('dim_note_content', { content: 'content' }),
      date_key: dateDimension('dim_date', 'noted_at', { shared: true }),
    },
    columns: ['byte_offset', 'noted_at', 'record', 'amount', 'note'],
  },
  versions: 'replace',
  rejects: { share: 0.5 },
});
