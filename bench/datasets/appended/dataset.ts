/** The same files, each row of which is a fact. */
import { defineDataset, year } from '../../../model/index.ts';
import { accountColumns, accountFacts } from '../accounts/account-columns.ts';

export default defineDataset({
  name: 'appended',
  description: 'Every state of each account, to compare with the latest states.',
  columns: accountColumns,
  enrich: (c) => ({ year: year(c.at) }),
  lake: { partitionBy: ['year'] },
  star: { fact: 'fact_appended', columns: accountFacts },
});
