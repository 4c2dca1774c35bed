/** The same files, each row of which is a fact. */
import { bigint, defineDataset, numeric, text, timestamp, year } from '../../../model/index.ts';

export default defineDataset({
  name: 'appended',
  description: 'Every state of each account, to compare with the latest states.',
  columns: {
    account: bigint({ required: true }),
    at: timestamp({ required: true, zone: 'UTC' }),
    balance: numeric(12, 2),
    state: text(),
  },
  enrich: (c) => ({ year: year(c.at) }),
  lake: { partitionBy: ['year'] },
  star: { fact: 'fact_appended', columns: ['account', 'at', 'balance', 'state'] },
});
