/** Subscriptions: who has which plan, from when and until when. */
import { check, dateDimension, defineDataset, integer, lines, upsert, view } from '../../../model/index.ts';
import { day, dialect, word } from './clean.ts';
import { fromApp, updatedAt } from './source.ts';

export default defineDataset({
  name: 'subscriptions',
  description: 'Who has which plan, from when and until when.',
  dialect,
  columns: {
    id: integer({ required: true }),
    user_id: integer(),
    plan_id: integer(),
    card_id: integer(),
    started_on: day(),
    ended_on: day(),
    status: word(),
    updated_at: updatedAt,
  },
  mode: upsert({ key: ['id'], orderBy: 'updated_at' }),
  star: {
    fact: 'fct_subscription',
    dimensions: {
      start_key: dateDimension('dim_date', 'started_on', { shared: true }),
      end_key: dateDimension('dim_date', 'ended_on', { shared: true }),
    },
    columns: ['id', 'user_id', 'plan_id', 'card_id', 'started_on', 'ended_on', 'status'],
    indexes: [{ columns: ['user_id'] }],
  },
  marts: {
    monthly_recurring_revenue: view(new URL('../marts/monthly_recurring_revenue.sql', import.meta.url), {
      chart: lines({ x: 'month', y: 'revenue', series: 'plan' }),
    }),
    churn: view(new URL('../marts/churn.sql', import.meta.url), {
      chart: lines({ x: 'month', y: 'churn_percent' }),
    }),
  },
  checks: {
    ends_after_its_start: check(new URL('../checks/ends_after_its_start.sql', import.meta.url), {
      over: 'file',
      severity: 'warn',
    }),
  },
  queries: {
    recurring_revenue: {
      description: 'Monthly recurring revenue of each plan, latest month first.',
      sql: new URL('../queries/recurring_revenue.sql', import.meta.url),
      parameters: { months: { type: 'integer', default: 3 } },
      chart: lines({ x: 'month', y: 'revenue', series: 'plan' }),
    },
    churned: {
      description: 'Subscriptions at the start of each month, and how many of them ended in it.',
      sql: new URL('../queries/churned.sql', import.meta.url),
      parameters: { months: { type: 'integer', default: 6 } },
      chart: lines({ x: 'month', y: ['at_start', 'lost'] }),
    },
  },
  sources: { app: fromApp('subscriptions') },
});
