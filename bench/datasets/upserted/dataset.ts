/** States of accounts, of which the star shows the latest of each. */
import { bigint, defineDataset, numeric, text, timestamp, upsert, year } from '../../../model/index.ts';

export default defineDataset({
  name: 'upserted',
  description:
    'The latest state of each account. The bench generates files of new accounts and of known ones.',
  columns: {
    account: bigint({ required: true }),
    at: timestamp({ required: true, zone: 'UTC' }),
    balance: numeric(12, 2),
    state: text(),
  },
  enrich: (c) => ({ year: year(c.at) }),
  lake: { partitionBy: ['year'] },
  mode: upsert({ key: ['account'], orderBy: 'at' }),
  star: { fact: 'fact_upserted', columns: ['account', 'at', 'balance', 'state'] },
});
