/** Cards that people pay with. A person may have several. */
import { date, defineDataset, integer, text, upsert } from '../../../model/index.ts';
import { dialect } from './clean.ts';
import { fromApp, updatedAt } from './source.ts';

export default defineDataset({
  name: 'subscriptions_cards',
  description: 'Cards that people pay with.',
  dialect,
  columns: {
    id: integer({ required: true }),
    user_id: integer(),
    bank_id: integer(),
    last_digits: text({ pattern: /^\d{4}$/ }),
    // The first day of the month after which it expires.
    expires: date({ formats: ['MM/yy', 'yyyy-MM'] }),
    updated_at: updatedAt,
  },
  mode: upsert({ key: ['id'], orderBy: 'updated_at' }),
  star: { fact: 'dim_card', columns: ['id', 'user_id', 'bank_id', 'last_digits', 'expires'] },
  sources: { app: fromApp('cards') },
});
