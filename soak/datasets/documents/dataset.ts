/** Rows that know their place, as an array within a document of JSON. */
import { dateDimension, defineDataset, jsonDocument, lookup, year } from '../../../model/index.ts';
import { jsonColumns, jsonFacts } from '../marked-columns.ts';

export default defineDataset({
  name: 'documents',
  description: 'Rows that know their place, as the records of a document of JSON.',
  format: jsonDocument({ records: '$.data.rows[*]' }),
  columns: jsonColumns,
  enrich: (c) => ({ year: year(c.noted_at) }),
  lake: { partitionBy: ['year'] },
  star: {
    fact: 'fact_document',
    dimensions: {
      content_key: lookup('dim_document_content', { content: 'content' }, {}, { keys: 'hashed' }),
      date_key: dateDimension('dim_date', 'noted_at', { shared: true }),
    },
    columns: jsonFacts,
  },
  rejects: { share: 0.5, atLeast: 0 },
});
