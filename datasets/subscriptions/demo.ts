/** The application's tables in a database of its own, as they are after a year and at the end of the second one. */
import { createDatabase } from '../demo-database.ts';
import type { DemoOptions, DemoSite, DemoSource } from '../demo-site.ts';
import { tableNames } from './app/app-tables.ts';
import { changesOf } from './app/changes.ts';
import { applyChanges, createApp } from './app/database.ts';

const [first, middle, end] = ['2023-01-01', '2024-01-01', '2024-12-31'].map((day) => `${day}T00:00:00.000Z`);
/** What is committed late has a cursor of up to two days before. */
const lagMs = 2 * 86_400_000;

export async function openSubscriptions({ rows, seed, databaseUrl }: DemoOptions): Promise<DemoSite> {
  const changes = changesOf({ users: rows, seed });
  const app = await createDatabase(databaseUrl, `demo_subscriptions_${rows}_${seed}`);
  await createApp(app);
  const until = (from: string, to: string) =>
    changes.filter(({ at }) => at >= Date.parse(from) && at < Date.parse(to));
  const all = (from: string, to: string): DemoSource[] =>
    tableNames.map((table) => ({
      dataset: table === 'subscriptions' ? table : `subscriptions_${table}`,
      source: 'app',
      window: { from, to },
    }));
  return {
    env: { SUBSCRIPTIONS_URL: app.url },
    rounds: [
      {
        title: 'Seven tables of the application, at the end of 2023',
        prepare: () => applyChanges(app, until(first, middle)),
        sources: all(first, middle),
      },
      {
        title: 'What changed in 2024',
        prepare: () => applyChanges(app, until(middle, end)),
        sources: all(new Date(Date.parse(middle) - lagMs).toISOString(), end),
      },
      {
        title: 'What was charged back, found by comparing the table with the star',
        sources: [{ dataset: 'subscriptions_payments', source: 'app-sweep', window: null }],
      },
    ],
    close: () => app.close(),
  };
}
