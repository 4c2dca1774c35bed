/** Plans, with their prices through time: what a month brought in is counted at the prices of that month. */
import { defineDataset, history, integer } from '../../../model/index.ts';
import { dialect, money, title, word } from './clean.ts';
import { fromApp, updatedAt } from './source.ts';

export default defineDataset({
  name: 'subscriptions_plans',
  description: 'Plans, with their prices through time.',
  dialect,
  columns: {
    id: integer({ required: true }),
    name: title(),
    price: money(),
    period: word(),
    updated_at: updatedAt,
  },
  mode: history({
    key: ['id'],
    orderBy: 'updated_at',
    track: ['price', 'period'],
    overwrite: ['name'],
  }),
  star: { fact: 'dim_plan', columns: ['id', 'name', 'price', 'period'] },
  sources: { app: fromApp('plans') },
});
