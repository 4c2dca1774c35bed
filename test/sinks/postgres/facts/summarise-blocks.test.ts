import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CompiledDataset, CompiledStar, FactColumn } from '../../../../model/compiled.ts';
import { starDdl } from '../../../../sinks/postgres/ddl/ddl.ts';
import { summariseBlocks } from '../../../../sinks/postgres/facts/summarise-blocks.ts';
import { type TestDatabase, testDatabase } from '../../../support/index.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const id: FactColumn = {
  kind: 'value',
  name: 'id',
  vector: 'id',
  logical: { type: 'integer' },
  notNull: true,
};
const star: CompiledStar = {
  schema: 'star',
  fact: 'fact_trip',
  columns: [
    id,
    { ...id, name: 'note', vector: 'note', logical: { type: 'text' } },
    { kind: 'chunk', name: 'chunk_id' },
  ],
  dimensions: [],
  indexes: [{ columns: ['chunk_id'], method: 'brin' }],
  keyed: null,
};

/** Blocks that the server touches to read 25 rows of a chunk. */
async function blocksRead(chunk: number): Promise<number> {
  const { rows } = await database.pool.query(
    `explain (analyze, buffers, format json) select * from star.fact_trip where chunk_id = ${chunk} limit 25`,
  );
  const { Plan: plan } = rows[0]['QUERY PLAN'][0];
  return plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
}

it('lets readers of a chunk skip the blocks that a file has just added', async () => {
  const dataset = { name: 'trips', description: '', mode: { kind: 'append' }, star };
  for (const statement of starDdl(dataset as unknown as CompiledDataset))
    await database.pool.query(statement);
  // Nothing but the file's end is to summarise.
  await database.pool.query('alter table star.fact_trip set (autovacuum_enabled = off)');
  await database.pool.query(
    `insert into star.fact_trip select n, repeat('x', 90), n / 50000 from generate_series(0, 499999) n`,
  );
  await database.pool.query('analyze star.fact_trip');
  const before = await blocksRead(7);
  await summariseBlocks(database.pool, star);
  const after = await blocksRead(7);
  expect(before).toBeGreaterThan(5000);
  expect(after).toBeLessThan(200);
});

it('gives way to a vacuum', async () => {
  const client = await database.pool.connect();
  try {
    await client.query('begin; lock table star.fact_trip in share update exclusive mode');
    await expect(summariseBlocks(database.pool, star)).rejects.toMatchObject({ code: '55P03' });
  } finally {
    await client.query('rollback');
    client.release();
  }
});
