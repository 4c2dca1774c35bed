/** Like marks, in an odd dialect that the definition names, and with versions that replace each other. */
import { dateDimension, defineDataset, lookup, year } from '../../../model/index.ts';
import { markedColumns, markedFacts } from '../marked-columns.ts';

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
  columns: markedColumns,
  enrich: (c) => ({ year: year(c.noted_at) }),
  lake: { partitionBy: ['year'] },
  star: {
    fact: 'fact_note',
    dimensions: {
      content_key: lookup('dim_note_content', { content: 'content' }),
      date_key: dateDimension('dim_date', 'noted_at', { shared: true }),
    },
    columns: markedFacts,
  },
  versions: 'replace',
  rejects: { share: 0.5, atLeast: 0 },
});
