/** How a table of the application is fetched: all seven are in one database, and change in the same way. */
import { env, postgres, timestamp } from '../../../model/index.ts';

/** Every night, what has changed since. The application's servers have clocks of their own, hence the lag. */
export const fromApp = (table: string, more: { readonly sweep?: 'daily' } = {}) =>
  postgres({
    url: env('SUBSCRIPTIONS_URL'),
    table: `app.${table}`,
    key: ['id'],
    cursor: 'updated_at',
    lag: '2d',
    schedule: { cron: '0 3 * * *' },
    ...more,
  });

/** The cursor as PostgreSQL writes it. */
export const updatedAt = timestamp({
  required: true,
  formats: ['yyyy-MM-dd HH:mm:ss', 'yyyy-MM-dd HH:mm:ss.S'],
});
