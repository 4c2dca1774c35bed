/** Accounts as measurements: doubles, nulls and short texts, with either layout of their facts. */
import { defineDataset, float8, text, year } from '../../../model/index.ts';
import { accountColumns, accountFacts } from '../accounts/account-columns.ts';

export const measured = (layout: 'rows' | 'packed') =>
  defineDataset({
    name: 'measured',
    description: 'States of accounts as doubles, nulls and short texts.',
    // A third of the states.
    nulls: ['', 'held'],
    columns: { ...accountColumns, balance: float8(), state: text({ maxLength: 16 }) },
    enrich: (c) => ({ year: year(c.at) }),
    lake: { partitionBy: ['year'] },
    star: { fact: 'fact_measured', columns: accountFacts, layout },
  });
