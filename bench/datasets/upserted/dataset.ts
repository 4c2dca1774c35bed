/** States of accounts, of which the star shows the latest of each. */
import { defineDataset, upsert, year } from '../../../model/index.ts';
import { accountColumns, accountFacts } from '../accounts/account-columns.ts';

export default defineDataset({
  name: 'upserted',
  description:
    'The latest state of each account. The bench generates files of new accounts and of known ones.',
  columns: accountColumns,
  enrich: (c) => ({ year: year(c.at) }),
  lake: { partitionBy: ['year'] },
  mode: upsert({ key: ['account'], orderBy: 'at' }),
  star: { fact: 'fact_upserted', columns: accountFacts },
});
