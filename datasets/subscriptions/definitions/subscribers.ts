/** People who subscribe. */
import { defineDataset, integer, upsert } from '../../../model/index.ts';
import { day, dialect, name, word } from './clean.ts';
import { fromApp, updatedAt } from './source.ts';

export default defineDataset({
  name: 'subscriptions_users',
  description: 'People who subscribe.',
  dialect,
  columns: {
    id: integer({ required: true }),
    full_name: name(),
    email: word(),
    born_on: day(),
    signed_up_on: day(),
    updated_at: updatedAt,
  },
  mode: upsert({ key: ['id'], orderBy: 'updated_at' }),
  star: { fact: 'dim_subscriber', columns: ['id', 'full_name', 'email', 'born_on', 'signed_up_on'] },
  sources: { app: fromApp('users') },
});
