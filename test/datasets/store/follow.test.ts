import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { followStore } from '../../../datasets/store/follow.ts';
import { type TestDatabase, tempFolder, testDatabase } from '../../support/index.ts';

let app: TestDatabase;
beforeAll(async () => {
  app = await testDatabase();
});
afterAll(() => app.drop());

it('--follow keeps all three sources busy, at the times of now', async () => {
  const folder = tempFolder();
  const ends = new AbortController();
  const seen: { orders: number; changed: number; scores: string }[] = [];
  let variables: Readonly<Record<string, string>> = {};
  const databaseUrl = app.url;
  await followStore({
    ...{ rows: 30, seed: 3, folder, databaseUrl, everyMs: 1_000, signal: ends.signal },
    onOpen: (env) => (variables = env),
    async onStep(step) {
      if (step > 3) return ends.abort();
      const { rows } = await app.pool.query(
        'select count(distinct updated)::int as changed, max(updated) as latest from customers',
      );
      expect(Math.abs(Date.parse(`20${rows[0].latest.replace(' ', 'T')}Z`) - Date.now())).toBeLessThan(
        60_000,
      );
      const scores = await fetch(`${variables.STORE_RISK_SERVICE}/scores`).then((answer) => answer.text());
      seen.push({ orders: readdirSync(variables.STORE_ORDERS).length, changed: rows[0].changed, scores });
    },
  });
  expect(seen.map(({ orders }) => orders)).toEqual([1, 2, 3, 4]);
  expect(seen.at(-1)!.changed).toBeGreaterThan(seen[0].changed);
  expect(new Set(seen.map(({ scores }) => scores)).size).toBeGreaterThan(1);
  await expect(fetch(`${variables.STORE_RISK_SERVICE}/scores`)).rejects.toThrow();
}, 60_000);
