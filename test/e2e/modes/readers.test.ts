/**
 * Readers of a keyed dataset's star, while files of it load, are undone, replayed and replaced, while a rollup is built
 * again, and while the whole star is.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { loadRegistry } from '../../../model/registry.ts';
import { StarSink } from '../../../sinks/postgres/star-sink.ts';
import { sharedHome, tempFolder } from '../../support/index.ts';
import { Readers } from '../../support/readers.ts';
import { rebuildHere, replayed, undone } from '../again.ts';
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

/** Returns the folder of definitions. `changes`: texts of the definition, and what stands for them. */
function define(folder: string, ...changes: readonly (readonly [string, string])[]): string {
  const text = changes.reduce((text, [from, to]) => text.replace(from, to), definition);
  mkdirSync(join(folder, 'reads'), { recursive: true });
  writeFileSync(join(folder, 'reads', 'dataset.ts'), text);
  return folder;
}

const oneMore = ['events: count(), size', "events: count(), least: min('size'), size"] as const;
const withMin = ['median,', 'median, min,'] as const;
const bySize = ["orderBy: 'at'", "orderBy: 'size'"] as const;

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

async function factTable(site: TestSite): Promise<unknown> {
  return (await site.query(`select 'star.fact_read'::regclass::oid as oid`))[0].oid;
}

let site: TestSite | undefined;
afterEach(() => site?.close());

it('never makes readers wait, nor shows them half a file', async () => {
  const folder = tempFolder();
  const datasets = [define(join(folder, 'datasets'))];
  const open = (site = await testSite({ backend: 'postgres', folder, datasets }));
  const land = async (file: number, hour: number) => {
    const path = join(folder, `${file}.csv`);
    writeFileSync(path, `${['id,at,kind,label,size', ...rowsOf(file, hour)].join('\n')}\n`);
    expect(await open.drop('reads', path)).toMatchObject({ status: 'done', rows: { loaded: 100 } });
  };
  await land(0, 1);

  let reads = 0;
  const seen = new Set<number>();
  const readers = new Readers(open.database.url);
  for (let n = 0; n < 3; n++)
    readers.start(async (client) => {
      await client.query('begin isolation level repeatable read read only');
      const { facts, size } = (
        await client.query('select count(*)::int as facts, sum(size)::int as size from star.fact_read')
      ).rows[0];
      const [row] = (await client.query(read)).rows;
      await client.query('commit');
      expect(row).toEqual({
        ...{ facts, size, rolled: facts, rolled_size: size },
        ...{ groups: 5, viewed: facts, labels: 1 },
      });
      expect(facts % 100).toBe(0);
      seen.add(facts);
      reads++;
    });
  try {
    await land(1, 2);
    await land(2, 4);
    await undone(open, '2.csv');
    await replayed(open, '2.csv');
    await land(1, 5);
    await land(3, 3);
    const paths = [define(join(folder, 'more'), oneMore, withMin)];
    const more = await loadRegistry({ builtin: [], paths, home: sharedHome() });
    await new StarSink(open.database.pool).setUp(more.get('reads')!);
    expect(await open.query('select min(least) as least from star.by_kind')).toEqual([{ least: 1 }]);
    for (const changes of [[bySize], []]) {
      const before = await factTable(open);
      await rebuildHere(open, define(join(folder, 'next'), ...changes), 'reads');
      expect(await factTable(open)).not.toEqual(before);
    }
  } finally {
    await readers.end();
  }
  expect(reads).toBeGreaterThan(50);
  expect(seen.size).toBeGreaterThan(2);
}, 120_000);
