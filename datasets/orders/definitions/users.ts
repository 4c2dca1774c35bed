/** Who places the orders: one row a user, as the latest order that names him has it. */
import {
  boolean,
  defineDataset,
  integer,
  jsonDocument,
  text,
  timestamp,
  upsert,
} from '../../../model/index.ts';
import { sources } from './sources.ts';

export default defineDataset({
  name: 'orders_users',
  description: 'Users of the shop. Closed accounts are deleted.',
  format: jsonDocument({ records: '$.orders[*]' }),
  columns: {
    user_id: integer({ path: '$.customer.id', required: true }),
    name: text({ path: '$.customer.name', required: true }),
    email: text({ path: '$.customer.email', required: true }),
    country: text({ path: '$.customer.country' }),
    closed: boolean({ path: '$.customer.closed' }),
    updated_at: timestamp({
      path: '$.customer.updated_at',
      required: true,
      formats: ['yyyy-MM-ddTHH:mm:ssX'],
    }),
  },
  mode: upsert({
    key: ['user_id'],
    orderBy: 'updated_at',
    deleted: 'closed',
    seen: { created: 'first_seen', updated: 'last_changed' },
  }),
  star: {
    fact: 'order_user',
    columns: ['user_id', 'name', 'email', 'country', 'updated_at'],
  },
  sources,
  queries: {
    user: {
      description: 'A user with an open account, and what he has ordered.',
      sql: new URL('../queries/user.sql', import.meta.url),
      parameters: { user: { type: 'integer' } },
    },
  },
});
