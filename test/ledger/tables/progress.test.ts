import { afterAll, beforeAll, expect, it } from 'vitest';
import { sql } from '../../../ledger/sql.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

it.each(['progress/file-progress', 'progress/totals'])(
  '%s counts chunks in its own plan, not in a call for each file',
  async (name) => {
    const { rows } = await database.pool.query(`explain ${sql(name)}`, [[1]]);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toMatch(/Scan.* on chunk/);
    expect(plan).not.toContain('Function Scan');
  },
);
