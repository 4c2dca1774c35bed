/** Customers, as the application's own database has them, with their history. */
import {
  check,
  defineDataset,
  env,
  history,
  integer,
  join,
  postgres,
  reference,
  sweepColumns,
  text,
  timestamp,
  view,
} from '../../../model/index.ts';
import { often } from './often.ts';

const states = reference({
  name: 'states',
  csv: new URL('../states.csv', import.meta.url),
  key: 'code',
  columns: { code: text({ required: true }), name: text({ required: true }) },
});

/** The application keeps times as texts, such as 26-03-01 10:00:00, in UTC. */
const formats = ['yy-MM-dd HH:mm:ss'];

export default defineDataset({
  name: 'store_customers',
  description: 'Customers of the store: who they are, and where they live and have lived.',
  columns: {
    id: integer({ required: true }),
    first_name: text(),
    last_name: text(),
    state: text(),
    created: timestamp({ formats }),
    updated: timestamp({ formats }),
    ...sweepColumns,
  },
  // A customer of a state that is in no list stays.
  enrich: (c) => ({ state_name: join(states, c.state, 'name', { otherwise: 'unknown' }) }),
  mode: history({
    key: ['id'],
    orderBy: 'landfall_at',
    deleted: 'landfall_deleted',
    track: ['state', 'first_name', 'last_name'],
  }),
  star: {
    fact: 'store_customer_version',
    columns: [
      ...(['id', 'first_name', 'last_name', 'state', 'state_name', 'created', 'updated'] as const),
      ...(['landfall_key', 'landfall_row'] as const),
    ],
  },
  sources: {
    app: postgres({
      url: env('STORE_APP_DATABASE'),
      table: 'public.customers',
      key: ['id'],
      cursor: { sql: "to_timestamp(t.updated, 'YY-MM-DD HH24:MI:SS')" },
      schedule: often,
      // Finds customers who were deleted.
      sweep: 'daily',
    }),
  },
  marts: {
    dim_customers: view(new URL('../marts/dim_customers.sql', import.meta.url)),
  },
  checks: {
    one_version_at_a_time: check(new URL('../checks/one_version_at_a_time.sql', import.meta.url)),
    states_known: check(new URL('../checks/states_known.sql', import.meta.url), { severity: 'info' }),
  },
  queries: {
    customer_history: {
      description: 'Where a customer lives and has lived.',
      sql: new URL('../queries/customer_history.sql', import.meta.url),
      parameters: { customer: { type: 'integer' } },
    },
  },
});
