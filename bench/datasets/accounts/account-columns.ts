/** The columns of accounts: one dataset appends their states, another shows the latest of each. */
import { bigint, numeric, text, timestamp } from '../../../model/index.ts';

export const accountColumns = {
  account: bigint({ required: true }),
  at: timestamp({ required: true, zone: 'UTC' }),
  balance: numeric(12, 2),
  state: text(),
};

export const accountFacts = ['account', 'at', 'balance', 'state'] as const;
