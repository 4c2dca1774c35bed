/** Where people live, and where their invoices go. */
import { defineDataset, integer, upsert } from '../../../model/index.ts';
import { code, dialect, name, title, word } from './clean.ts';
import { fromApp, updatedAt } from './source.ts';

export default defineDataset({
  name: 'subscriptions_addresses',
  description: 'Where people live, and where their invoices go.',
  dialect,
  columns: {
    id: integer({ required: true }),
    user_id: integer(),
    kind: word(),
    street: name(),
    city: title(),
    country: code(),
    updated_at: updatedAt,
  },
  mode: upsert({ key: ['id'], orderBy: 'updated_at' }),
  star: { fact: 'dim_address', columns: ['id', 'user_id', 'kind', 'street', 'city', 'country'] },
  sources: { app: fromApp('addresses') },
});
