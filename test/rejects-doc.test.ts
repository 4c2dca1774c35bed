/** The example of docs/rejects.md, run as it stands; what each command prints is what the document shows. */
import { expect, it } from 'vitest';
import { testDatabase } from './support/index.ts';
import { playDocument } from './support/play-document.ts';

it('docs/rejects.md shows what its commands print', { timeout: 120_000 }, async () => {
  const database = await testDatabase();
  try {
    await playDocument('docs/rejects.md', database.url);
    const { rows } = await database.pool.query('select order_id from star.fact_order order by order_id');
    expect(rows.map((row) => row.order_id)).toEqual([1, 4]);
  } finally {
    await database.drop();
  }
});
