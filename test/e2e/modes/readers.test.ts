/** Readers of a keyed dataset's star, while files of it load, are undone, replayed and replaced. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, expect, it } from 'vitest';
import { tempFolder } from '../../support/index.ts';
import { replayed, undone } from '../again.ts';
import { type TestSite, testSite } from '../site.ts';

const definition = `import { defineDataset, count, integer, lookup, median, rollup, sum, text, timestamp, upsert, view } from 'landfall';
export default defineDataset({
  name: 'reads',
  columns: { id: integer(), at: timestamp({ zone: 'UTC', formats: ['yyyy-MM-dd HH:mm:ss'] }), kind: text(), label: text(), size: integer() },
  mode: upsert({ key: ['id'], orderBy: 'at' }),
  versions: 'replace',
  star: {
    fact: 'fact_read',
    dimensions: { kind_key: lookup('dim_kind', { name: 'kind' }, { label: 'label' }, { attributes: 'latest', by: 'at' }) },
    columns: ['id', 'at', 'size'],
  },
  marts: {
    by_kind: rollup({ by: ['kind_key'], measures: { events: count(), size: sum('size'), middle: median('size') } }),
    by_label: view('select label, events from star.by_kind join star.dim_kind using (kind_key)'),
  },
});
`;

/** 100 keys of the file's own, all at one instant. */
const rowsOf = (file: number, hour: number) =>
  Array.from({ length: 100 }, (_, i) => {
    const at = `2024-01-01 ${String(hour).padStart(2, '0')}:00:00`;
    return `${file * 100 + i},${at},k${i % 5},label ${hour},${i + hour}`;
  });

const read = `select (select count(*)::int from star.fact_read) as facts,
  (select coalesce(sum(size), 0)::int from star.fact_read) as size,
  (select coalesce(sum(events), 0)::int from star.by_kind) as rolled,
  (select coalesce(sum(size), 0)::int from star.by_kind) as rolled_size,
  (select count(middle)::int from star.by_kind) as groups,
  (select coalesce(sum(events), 0)::int from star.by_label) as viewed,
  (select count(distinct label)::int from star.dim_kind where kind_key <> 0) as labels`;

let site: TestSite | undefined;
afterEach(() => site?.close());

it('never makes readers wait, nor shows them half a file', async () => {
  const folder = tempFolder();
  mkdirSync(join(folder, 'datasets', 'reads'), { recursive: true });
  writeFileSync(join(folder, 'datasets', 'reads', 'dataset.ts'), definition);
  const open = (site = await testSite({ backend: 'postgres', folder, datasets: [join(folder, 'datasets')] }));
  const land = async (file: number, hour: number) => {
    const path = join(folder, `${file}.csv`);
    writeFileSync(path, `${['id,at,kind,label,size', ...rowsOf(file, hour)].join('\n')}\n`);
    expect(await open.drop('reads', path)).toMatchObject({ status: 'done', rows: { loaded: 100 } });
  };
  await land(0, 1);

  let over = false;
  let reads = 0;
  const seen = new Set<number>();
  const reader = async () => {
    const client = new pg.Client({ connectionString: open.database.url });
    await client.connect();
    try {
      await client.query(`set lock_timeout = '50ms'`);
      while (!over) {
        await client.query('begin isolation level repeatable read read only');
        const { facts, size } = (
          await client.query('select count(*)::int as facts, sum(size)::int as size from star.fact_read')
        ).rows[0];
        const [row] = (await client.query(read)).rows;
        await client.query('commit');
        expect(row).toEqual({
          facts,
          size,
          rolled: facts,
          rolled_size: size,
          groups: 5,
          viewed: facts,
          labels: 1,
        });
        expect(facts % 100).toBe(0);
        seen.add(facts);
        reads++;
      }
    } finally {
      await client.end();
    }
  };
  const readers = Promise.all([reader(), reader(), reader()]);
  readers.catch(() => {});
  try {
    await land(1, 2);
    await land(2, 4);
    await undone(open, '2.csv');
    await replayed(open, '2.csv');
    await land(1, 5);
    await land(3, 3);
  } finally {
    over = true;
  }
  await readers;
  expect(reads).toBeGreaterThan(50);
  expect(seen.size).toBeGreaterThan(2);
}, 60_000);
