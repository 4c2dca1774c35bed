/** Members whose attributes follow the rows, from files to tables: any order, undo and replay, two datasets. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { tempFolder } from '../../support/index.ts';
import { randomFrom } from '../../support/random.ts';
import { replayed, undone } from '../again.ts';
import { type TestSite, testSite } from '../site.ts';

type Row = readonly [at: string, stop: string, name: string, size: string];

const definition = (dataset: string, mode: string) => `
import { defineDataset, integer, junk, lookup, text, timeDimension, timestamp } from 'landfall';
export default defineDataset({
  name: '${dataset}',
  columns: {
    at: timestamp({ optional: true, zone: 'Europe/Rome' }), stop: text(), name: text(), size: integer(),
  },
  star: {
    fact: 'fact_${dataset}',
    dimensions: {
      stop_key: lookup('dim_stop', { stop: 'stop' }, { name: 'name', size: 'size' },
        { attributes: '${mode}', by: 'at', shared: true }),
      time_key: timeDimension('dim_time', 'at', { grain: 'minute', shared: true }),
      flags_key: junk('dim_${dataset}_flags', ['name', 'size']),
      first_key: lookup('dim_${dataset}_first', { stop: 'stop' }, { name: 'name' }),
    },
    columns: ['at'],
  },
  marts: {},
});
`;

function definitions(mode: string): string {
  const folder = tempFolder();
  for (const dataset of ['boardings', 'alightings']) {
    mkdirSync(join(folder, dataset));
    writeFileSync(join(folder, dataset, 'dataset.ts'), definition(dataset, mode));
  }
  return folder;
}

const sites: TestSite[] = [];
afterEach(async () => {
  for (const site of sites.splice(0)) await site.close();
});

async function open(mode: string, chunkBytes?: number): Promise<TestSite> {
  const site = await testSite({
    backend: 'postgres',
    datasets: [definitions(mode)],
    ...(chunkBytes && { chunkBytes }),
  });
  sites.push(site);
  return site;
}

function csv(name: string, rows: readonly Row[]): string {
  const path = join(tempFolder(), name);
  writeFileSync(path, `at,stop,name,size\n${rows.map((row) => `${row.join(',')}\n`).join('')}`);
  return path;
}

/** What people read of members that a fact points to, whatever their keys. */
async function shown(site: TestSite, mode: string): Promise<unknown> {
  const facts = `(select stop_key from star.fact_boardings union select stop_key from star.fact_alightings) f`;
  const members = await site.query(
    `select d.stop, d.name, d.size from star.dim_stop d join ${facts} using (stop_key) order by stop`,
  );
  if (mode === 'latest') return { members };
  const versions = await site.query(
    `select d.stop, h.valid_from::text as from, h.valid_to::text as to, h.name, h.size
     from star.dim_stop_history h join star.dim_stop d using (stop_key) order by stop, h.valid_from`,
  );
  const asOf = await site.query(
    `select at::text, d.stop, h.name, h.size from star.fact_boardings f
     join star.dim_stop d using (stop_key)
     left join star.dim_stop_history h on h.stop_key = f.stop_key
       and coalesce(f.at, '-infinity') >= h.valid_from and (h.valid_to is null or coalesce(f.at, '-infinity') < h.valid_to)
     order by 1, 2, 3, 4`,
  );
  return { members, versions, asOf };
}

const random = randomFrom(7);

function randomRows(count: number): Row[] {
  return Array.from({ length: count }, (): Row => {
    const minute = String(random.below(40)).padStart(2, '0');
    return [
      random.below(10) === 0 ? '' : `2024-03-0${1 + random.below(2)} 10:${minute}:00`,
      random.pick(['A', 'B', 'C', '']),
      random.pick(['North', 'South', '']),
      random.pick(['1', '2']),
    ];
  });
}

describe('members that follow the rows', () => {
  it.each(['latest', 'history'])('are what a fresh load of the files gives: %s', async (mode) => {
    const site = await open(mode, 1024);
    const files = Array.from({ length: 4 }, (_, i) => ({
      dataset: i % 2 === 0 ? 'boardings' : 'alightings',
      name: `f${i}.csv`,
      rows: randomRows(90),
    }));
    const ids: number[] = [];
    for (const { dataset, name, rows } of files) {
      const receipt = await site.drop(dataset, csv(name, rows));
      expect(receipt).toMatchObject({ status: 'done', rows: { loaded: 90 } });
      expect(receipt.chunks).toBeGreaterThan(1);
      ids.push(receipt.fileId);
    }
    const fresh = await open(mode);
    for (const { dataset, name, rows } of [...files].reverse()) await fresh.drop(dataset, csv(name, rows));
    const all = await shown(fresh, mode);
    expect(await shown(site, mode)).toEqual(all);

    await undone(site, String(ids[1]));
    await undone(site, String(ids[2]));
    const some = await open(mode);
    for (const i of [0, 3]) await some.drop(files[i].dataset, csv(files[i].name, files[i].rows));
    expect(await shown(site, mode)).toEqual(await shown(some, mode));

    await replayed(site, String(ids[2]));
    await replayed(site, String(ids[1]));
    expect(await shown(site, mode)).toEqual(all);
  });

  it('leave members of one dataset as they were first, and count those whose rows differ', async () => {
    const site = await open('latest');
    const row = (stop: string, name: string): Row => ['2024-03-01 23:59:10', stop, name, '1'];
    const first = await site.drop(
      'boardings',
      csv('a.csv', [row('A', 'North'), row('B', 'South'), row('C', '')]),
    );
    expect(first.members).toBeUndefined();
    const rows = [
      row('A', 'North'),
      row('B', 'East'),
      row('B', 'South'),
      row('C', 'West'),
      row('D', 'x'),
      row('D', 'y'),
    ];
    const second = await site.drop('boardings', csv('b.csv', rows));
    const table = 'dim_boardings_first';
    expect(second.members).toEqual({
      differing: 3,
      sample: [
        { table, member: 'B', has: 'South', given: 'East' },
        { table, member: 'C', has: 'null', given: 'West' },
        { table, member: 'D', has: 'x', given: 'y' },
      ],
    });
    expect(
      await site.query(
        'select stop, name from star.dim_boardings_first where stop is not null order by stop',
      ),
    ).toEqual([
      { stop: 'A', name: 'North' },
      { stop: 'B', name: 'South' },
      { stop: 'C', name: null },
      { stop: 'D', name: 'x' },
    ]);
  });

  it('are times of day from the start, and combinations as they occur', async () => {
    const site = await open('latest');
    await site.drop(
      'boardings',
      csv('a.csv', [
        ['2024-03-01 00:00:59', 'A', 'x', '1'],
        ['2024-07-01 23:59:00', 'A', 'x', '2'],
        ['', 'A', 'x', '1'],
        ['2024-07-01 12:30:00', 'A', '', ''],
      ]),
    );
    const facts = await site.query(
      `select f.time_key, t.time::text, t.hour, t.minute, t.day_part, g.name, g.size
       from star.fact_boardings f join star.dim_time t using (time_key)
       join star.dim_boardings_flags g on g.boardings_flags_key = f.flags_key order by f.time_key`,
    );
    const none = { time: null, hour: null, minute: null, day_part: null };
    expect(facts).toEqual([
      { time_key: 0, ...none, name: 'x', size: 1 },
      { time_key: 1, time: '00:00:00', hour: 0, minute: 0, day_part: 'night', name: 'x', size: 1 },
      {
        time_key: 751,
        time: '12:30:00',
        hour: 12,
        minute: 30,
        day_part: 'afternoon',
        name: null,
        size: null,
      },
      { time_key: 1440, time: '23:59:00', hour: 23, minute: 59, day_part: 'evening', name: 'x', size: 2 },
    ]);
    const counts = await site.query(
      `select (select count(*)::int from star.dim_time) as times, (select count(*)::int from star.dim_boardings_flags) as flags`,
    );
    expect(counts).toEqual([{ times: 1441, flags: 3 }]);
  });

  it('leave blocks of facts summarised when a file is done', async () => {
    const site = await open('latest');
    const rows = Array.from(
      { length: 40_000 },
      (_, i): Row => ['2024-03-01 00:00:59', 'A', 'x', String(i % 2)],
    );
    await site.drop('boardings', csv('a.csv', rows));
    const [{ left, blocks }] = await site.query<{ left: number; blocks: number }>(
      `select brin_summarize_new_values('star.fact_boardings_chunk_id_idx') as left,
        (pg_relation_size('star.fact_boardings') / 8192)::int as blocks`,
    );
    expect(blocks).toBeGreaterThan(256);
    expect(left).toBe(0);
  });
});
