/** The drill of docs/operations/upkeep.md for packed facts: a dump, a copy of lake and archive, and both put back elsewhere. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, expect, it } from 'vitest';
import { isBroken, verifyFiles } from '../../../coordinator/commands/verify.ts';
import { root } from '../../cli/run.ts';
import { type TestDatabase, tempFolder, testDatabase } from '../../support/index.ts';
import { csv, toolsOf, undone } from '../again.ts';
import { canDump, dumped } from '../servers/dump.ts';
import { type TestSite, testSite } from '../site.ts';

const definition = `
import { boolean, count, countDistinct, date, dayOf, defineDataset, float8, integer, interval, lookup, median, min, numeric, rollup, sum, text, timestamp, year } from 'landfall';
export default defineDataset({
  name: 'rides',
  columns: {
    id: integer({ required: true }), at: timestamp({ required: true, zone: 'UTC', formats: ['yyyy-MM-dd HH:mm:ss.S'] }), day: date(),
    rider: text({ required: true }), note: text({ maxLength: 20 }), paid: numeric(9, 2), km: float8(), member: boolean(),
    took: interval(),
  },
  enrich: (c) => ({ year: year(c.at) }),
  lake: { partitionBy: ['year'] },
  star: {
    fact: 'fact_ride', layout: 'packed', sortBy: 'at',
    dimensions: { rider_key: lookup('dim_rider', { name: 'rider' }) },
    columns: ['id', 'at', 'day', 'note', 'paid', 'km', 'member', 'took'],
  },
  marts: { rides_of_rider: rollup({ by: ['rider_key', dayOf('at')], measures: {
    rides: count(), paid: sum('paid'), km: sum('km'), middle: median('km'), first: min('at'), notes: countDistinct('note') } }) },
});
`;

const header = 'id,at,day,rider,note,paid,km,member,took';

/** Rows with ids from `first` on, some of whose values are missing or have all the digits of their type. */
function rows(first: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const id = first + i;
    const [day, clock] = new Date(Date.UTC(2024, 0, 1, 0, 0, id * 977)).toISOString().split(/[TZ]/);
    const km = id % 5 === 0 ? '' : id % 7 === 0 ? String(Math.sqrt(id)) : (id / 10).toFixed(1);
    const took = id % 13 === 0 ? '' : `PT${id}.${String(id % 1000).padStart(6, '0')}S`;
    const note = id % 3 === 0 ? '' : id % 17 === 0 ? 'žluťoučký' : `note ${id % 40}`;
    const micros = id % 11 === 0 ? '001' : '000';
    const paid = id % 6 === 0 ? '' : (id / 100).toFixed(2);
    return `${id},${day} ${clock}${micros},${id % 4 === 0 ? '' : day},Rider ${id % 9},${note},${paid},${km},${id % 2 === 0},${took}`;
  });
}

const page = readFileSync(join(root, 'docs/operations/upkeep.md'), 'utf8');
const [, readdress] = /```sql\n([\s\S]*?)```/.exec(page)!;

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function siteOn(folder: string, database: TestDatabase): Promise<TestSite> {
  mkdirSync(join(folder, 'datasets/rides'), { recursive: true });
  writeFileSync(join(folder, 'datasets/rides/dataset.ts'), definition);
  const datasets = [join(folder, 'datasets')];
  const site = await testSite({ backend: 'postgres', chunkBytes: 16_384, folder, database, datasets });
  open.push(site);
  return site;
}

const drop = (site: TestSite, name: string, lines: readonly string[]) =>
  site.drop('rides', csv(tempFolder(), name, [header, ...lines]));

/** Facts, a range of them, the rollup, and the tuples as they are stored. */
async function held(pool: pg.Pool) {
  const asked = {
    facts: 'select f::text from star.fact_ride f order by id',
    range: `select f::text from star.fact_ride_between('2024-01-03', '2024-01-05') f order by id`,
    rollup: 'select r::text from star.rides_of_rider r order by 1',
    tuples: `select p::text, pg_column_compression(p.id) as compressed from star.fact_ride_packed p order by 1`,
    storage: `select attname, attstorage::text, attoptions from pg_attribute
      where attrelid = 'star.fact_ride_packed'::regclass and attnum > 0 order by attname`,
    comments: `select c.relname, obj_description(c.oid) from pg_class c where relname like 'fact_ride%' and relkind <> 'i' order by 1`,
  };
  const client = await pool.connect();
  try {
    await client.query(`set time zone 'UTC'; set extra_float_digits = 1`);
    const found: Record<string, unknown[]> = {};
    for (const [what, sql] of Object.entries(asked)) found[what] = (await client.query(sql)).rows;
    return found;
  } finally {
    client.release();
  }
}

async function broken(site: TestSite): Promise<unknown[]> {
  const files = await site.query<{ file_id: number }>(
    `select file_id from landfall.file where state = 'done'`,
  );
  const ids = files.map(({ file_id }) => file_id);
  const verified = await verifyFiles(await toolsOf(site), ids);
  expect(verified.length).toBe(ids.length);
  return verified.filter(isBroken);
}

/** Groups in which the rollup is not what SQL says of the facts. */
const differing = `with wanted as (
    select rider_key, (at at time zone 'UTC')::date as day, count(*) as rides, sum(paid) as paid, min(at) as first,
      count(distinct note) as notes from star.fact_ride group by 1, 2
  )
  select * from (select * from wanted) w full join star.rides_of_rider r using (rider_key, day)
  where (w.rides, w.paid, w.first, w.notes) is distinct from (r.rides, r.paid, r.first, r.notes)`;

it.skipIf(!canDump)(
  'of packed facts, tuples are as they were, files are undone, and loading goes on',
  async () => {
    const [old, restored] = [tempFolder(), tempFolder()];
    const [before, after] = [await testDatabase(), await testDatabase({ migrated: false })];
    open.push({ close: () => before.drop() }, { close: () => after.drop() });
    const site = await siteOn(old, before);
    expect(await drop(site, 'large.csv', rows(1, 1500))).toMatchObject({ status: 'done' });
    expect(await drop(site, 'small.csv', rows(5000, 5))).toMatchObject({ status: 'done' });
    expect(await drop(site, 'other.csv', rows(3000, 400))).toMatchObject({ status: 'done' });
    const was = await held(before.pool);
    expect([was.facts.length, was.storage.length > 20]).toEqual([1905, true]);

    // While it runs: the dump first, then the objects that it names.
    const dump = await dumped(before.url);
    for (const name of ['lake', 'archive'])
      cpSync(join(old, name), join(restored, name), { recursive: true });
    const client = new pg.Client(after.url);
    await client.connect();
    await client.query(dump);
    await client.end();
    expect(await held(after.pool)).toEqual(was);

    await after.pool.query(
      readdress
        .replaceAll('file:///old/', `file://${old}/`)
        .replaceAll('file:///new/', `file://${restored}/`),
    );
    const resumed = await siteOn(restored, after);
    expect(await broken(resumed)).toEqual([]);
    expect(await drop(resumed, 'more.csv', rows(7000, 300))).toMatchObject({ status: 'done' });
    await undone(resumed, 'large.csv');
    expect(await broken(resumed)).toEqual([]);
    expect(await resumed.query('select count(*)::int as n from star.fact_ride')).toEqual([{ n: 705 }]);
    expect(await resumed.query(differing)).toEqual([]);
  },
);
