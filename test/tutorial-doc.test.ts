/** docs/guide/tutorial.md, run as it stands; what each command prints is what the document shows. */
import { expect, it } from 'vitest';
import { testDatabase } from './support/index.ts';
import { playDocument } from './support/play-document.ts';

it('docs/guide/tutorial.md leads from a file to a pipeline', { timeout: 180_000 }, async () => {
  const database = await testDatabase();
  try {
    await playDocument('docs/guide/tutorial.md', database.url);
    const { rows } = await database.pool.query(
      'select day::text, sales::int, amount::text from star.sales_per_day order by day',
    );
    expect(rows.map(({ day, sales, amount }) => [day, sales, amount])).toEqual([
      ['2026-11-02', 2, '20.50'],
      ['2026-11-03', 2, '31.20'],
      ['2026-11-05', 2, '17.75'],
      ['2026-11-06', 1, '9.10'],
    ]);
  } finally {
    await database.drop();
  }
});
