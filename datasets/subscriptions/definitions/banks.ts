/** Banks that issue cards. */
import { defineDataset, integer, upsert } from '../../../model/index.ts';
import { dialect, name } from './clean.ts';
import { fromApp, updatedAt } from './source.ts';

export default defineDataset({
  name: 'subscriptions_banks',
  description: 'Banks that issue cards.',
  dialect,
  columns: { id: integer({ required: true }), name: name(), updated_at: updatedAt },
  mode: upsert({ key: ['id'], orderBy: 'updated_at' }),
  star: { fact: 'dim_bank', columns: ['id', 'name'] },
  sources: { app: fromApp('banks') },
});
