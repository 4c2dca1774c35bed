/** Payments for subscriptions, each with its plan, its card and its discount. */
import {
  average,
  bars,
  check,
  count,
  dateDimension,
  defineDataset,
  integer,
  lines,
  monthStart,
  rollup,
  sum,
  sweepColumns,
  upsert,
  view,
} from '../../../model/index.ts';
import { day, dialect, money } from './clean.ts';
import { fromApp, updatedAt } from './source.ts';

export default defineDataset({
  name: 'subscriptions_payments',
  description: 'Payments for subscriptions.',
  dialect,
  columns: {
    id: integer({ required: true }),
    subscription_id: integer(),
    user_id: integer(),
    plan_id: integer(),
    card_id: integer(),
    paid_on: day(),
    amount: money(),
    discount: money(),
    updated_at: { ...updatedAt, options: { ...updatedAt.options, required: false } },
    // Payments that are charged back are deleted in the application. A sweep finds them.
    ...sweepColumns,
  },
  mode: upsert({ key: ['id'], orderBy: 'landfall_at', deleted: 'landfall_deleted' }),
  star: {
    fact: 'fct_payment',
    dimensions: { date_key: dateDimension('dim_date', 'paid_on', { shared: true }) },
    columns: [
      'id',
      'subscription_id',
      'user_id',
      'plan_id',
      'card_id',
      'paid_on',
      'amount',
      'discount',
      'landfall_key',
      'landfall_row',
    ],
    indexes: [{ columns: ['user_id'] }],
  },
  marts: {
    paid_of_plan: rollup({
      by: ['plan_id', monthStart('paid_on')],
      measures: {
        payments: count(),
        amount: sum('amount'),
        discount: sum('discount'),
        average_discount: average('discount'),
      },
    }),
    net_revenue: view(new URL('../marts/net_revenue.sql', import.meta.url), {
      chart: lines({ x: 'month', y: 'net_revenue', series: 'plan' }),
    }),
    payment: view(new URL('../marts/payment.sql', import.meta.url)),
  },
  checks: {
    joins_keep_payments: check(new URL('../checks/joins_keep_payments.sql', import.meta.url)),
    discount_within_amount: check(new URL('../checks/discount_within_amount.sql', import.meta.url), {
      over: 'file',
      severity: 'warn',
    }),
  },
  queries: {
    revenue_by_plan: {
      description: 'Amounts, discounts and net revenue of each plan in a month; without one, in the latest.',
      sql: new URL('../queries/revenue_by_plan.sql', import.meta.url),
      parameters: { month: { type: 'date', default: '9999-12-31' } },
      chart: bars({ x: 'plan', y: 'net_revenue' }),
    },
    payments_of: {
      description: 'Payments of a person, with card and bank, latest first.',
      sql: new URL('../queries/payments_of.sql', import.meta.url),
      parameters: { email: { type: 'text' }, limit: { type: 'integer', default: 10 } },
    },
  },
  sources: { app: fromApp('payments', { sweep: 'daily' }) },
});
