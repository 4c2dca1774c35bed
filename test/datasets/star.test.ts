/** DDL, marts, checks and queries of both datasets on a real server, against DuckDB on the same rows. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoAnswers } from '../../datasets/answers.ts';
import citibikeDefinition from '../../datasets/citibike/dataset.ts';
import { generateCitibike } from '../../datasets/citibike/generate.ts';
import { writeGenerated } from '../../datasets/generated.ts';
import tripsDefinition from '../../datasets/trips/dataset.ts';
import { generateTrips } from '../../datasets/trips/generate.ts';
import { compileDataset } from '../../model/compile/compile.ts';
import type { CompiledDataset } from '../../model/compiled.ts';
import { starDdl } from '../../sinks/postgres/ddl/ddl.ts';
import { martDdl } from '../../sinks/postgres/ddl/mart-ddl.ts';
import { type Oracle, openOracle, starSelects, stationVersions } from '../oracle/duckdb.ts';
import { type TestDatabase, testDatabase } from '../support/index.ts';
import { handLoad } from './hand-load.ts';

const trips = compileDataset(tripsDefinition);
const citibike = compileDataset(citibikeDefinition);
const tripRows = 3_000;
const rideRows = 1_500;
let folder: string;
let oracle: Oracle;
let database: TestDatabase;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'landfall-star-'));
  oracle = await openOracle();
  database = await testDatabase();
  for (const dataset of [trips, citibike]) {
    // Twice: every file that is planned runs the same statements again.
    for (const statement of [...starDdl(dataset), ...martDdl(dataset)]) await database.pool.query(statement);
    for (const statement of [...starDdl(dataset), ...martDdl(dataset)]) await database.pool.query(statement);
  }
  await writeGenerated(join(folder, 'trips.csv'), generateTrips({ rows: tripRows, seed: 8 }));
  await oracle.expect('trips', [join(folder, 'trips.csv')], 'trips');
  await handLoad(database.pool, trips, await oracle.rows('from trips'));
  const rides = ['title', 'crlf'].map((variant) => join(folder, `${variant}.csv`));
  await writeGenerated(rides[0], generateCitibike({ rows: rideRows, seed: 8, variant: 'title' }));
  await writeGenerated(rides[1], generateCitibike({ rows: rideRows, seed: 8, variant: 'crlf' }));
  await oracle.expect('citibike', rides, 'rides');
  await handLoad(database.pool, citibike, await oracle.rows('from rides'));
});

afterAll(async () => {
  await database.drop();
  oracle.close();
  rmSync(folder, { recursive: true });
});

/** Rows of a named query; parameters that are not given have their defaults. */
async function ask(dataset: CompiledDataset, name: string, given: Record<string, unknown> = {}) {
  const query = dataset.queries.find((entry) => entry.name === name)!;
  const values = query.parameters.map((parameter) => given[parameter.name] ?? parameter.default);
  return (await database.pool.query(query.sql, values)).rows;
}

/** Both sides as text, so that 12 and '12' and 12.50 and 12.5 are the same. */
function plain(rows: readonly Record<string, unknown>[]): string[] {
  const text = (value: unknown) => {
    if (value instanceof Date) return value.toISOString();
    return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? String(Number(value)) : String(value);
  };
  return rows.map((row) => Object.values(row).map(text).join(' | '));
}

async function same(actual: Promise<Record<string, unknown>[]>, sql: string): Promise<void> {
  const rows = plain(await actual);
  expect(rows.length).toBeGreaterThan(0);
  expect(rows).toEqual(plain(await oracle.rows(sql)));
}

describe('every dataset', () => {
  for (const dataset of [trips, citibike]) {
    it(`${dataset.name}: checks find nothing wrong, and every query runs`, async () => {
      for (const check of dataset.checks) {
        expect([check.name, (await database.pool.query(check.sql)).rows]).toEqual([check.name, []]);
      }
      const given = { west: -180, south: -90, east: 180, north: 90, station: 'Harbor Park' };
      for (const query of dataset.queries) {
        expect([query.name, (await ask(dataset, query.name, given)).length]).not.toEqual([query.name, 0]);
      }
    });

    it(`${dataset.name}: answers for the demo, numbers as numbers`, async () => {
      const answers = await demoAnswers(database.pool, dataset.name);
      expect(answers.length).toBeGreaterThanOrEqual(3);
      for (const { title, rows } of answers) {
        expect(title).not.toBe('');
        expect(rows.length).toBeGreaterThan(0);
        expect(Object.values(rows[0]).some((value) => typeof value === 'number')).toBe(true);
      }
    });
  }

  it.each([
    ['trips', 'trips', tripRows],
    ['citibike', 'rides', 2 * rideRows],
  ] as const)('%s: the star shows, by name, what DuckDB computes', async (dataset, expected, count) => {
    const path = join(folder, `${dataset}-star.csv`);
    const { rows } = await database.pool.query(
      `select to_jsonb(star) as row from (${starSelects[dataset]}) as star`,
    );
    expect(rows).toHaveLength(count);
    const names = Object.keys(rows[0].row);
    const cell = (value: unknown) => (value === null ? '' : `"${String(value)}"`);
    const lines = rows.map(({ row }) => names.map((name) => cell(row[name])).join(','));
    writeFileSync(path, `${names.join(',')}\n${lines.join('\n')}\n`);
    await oracle.fromCsv(path, expected, 'star');
    expect(await oracle.compare(expected, 'star', names)).toMatchObject({ missing: 0, extra: 0 });
  });

  it('has no answers where there are no questions', async () => {
    expect(await demoAnswers(database.pool, 'no_such_dataset')).toEqual([]);
  });
});

describe('trips', () => {
  it('keeps a narrow fact: 56 bytes a row', async () => {
    const { rows } = await database.pool.query(
      `select attname as name, attlen as bytes from pg_attribute
       where attrelid = 'star.fact_trip'::regclass and attnum > 0 order by attnum`,
    );
    // Data begins at 24 bytes; a value of n bytes stands on a multiple of n.
    const end = rows.reduce((at, { bytes }) => Math.ceil(at / bytes) * bytes + bytes, 24);
    expect(Math.ceil(end / 8) * 8).toBe(56);
  });

  it('view trip shows the same hour, time of day and week as the lake has', async () => {
    const { rows } = await database.pool.query(
      `select region, datasource, to_char(datetime at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as datetime, hour,
         time_of_day, to_char(week, 'YYYY-MM-DD') as week, origin_cell, destination_cell
       from star.trip order by 1, 2, 3, 7, 8`,
    );
    const expected = await oracle.rows(
      `select region, datasource, datetime, hour, time_of_day, week, origin_cell, destination_cell
       from trips order by 1, 2, 3, 7, 8`,
    );
    expect(rows).toHaveLength(tripRows);
    expect(plain(rows).sort()).toEqual(plain(expected).sort());
  });

  it('counts rides per region and the busiest hours', async () => {
    await same(
      ask(trips, 'rides_per_region'),
      `select region, count(*) as rides, round(100.0 * count(*) / ${tripRows}, 1) as percent
       from trips group by region order by rides desc, region`,
    );
    await same(
      ask(trips, 'busiest_hours', { limit: 5 }),
      'select hour, count(*) as rides from trips group by hour order by rides desc, hour limit 5',
    );
  });

  const weekly = (where: string) => `
    select region, count(*) as trips, (max(week) - min(week)) // 7 + 1 as weeks,
      round(count(*) / ((max(week) - min(week)) // 7 + 1), 2) as trips_per_week
    from trips where ${where} group by region order by trips_per_week desc, region`;

  it('averages over weeks, those without a trip included', async () => {
    await same(ask(trips, 'weekly_average'), weekly('true'));
    await same(ask(trips, 'weekly_average', { region: 'Kraków' }), weekly("region = 'Kraków'"));
    expect(await ask(trips, 'weekly_average', { region: 'Atlantis' })).toEqual([]);
  });

  it('averages over weeks within a box of whole cells', async () => {
    const box = { west: 14.4, south: 50.05, east: 14.499, north: 50.099 };
    await same(
      ask(trips, 'weekly_average_in_box', box),
      `select count(*) as trips, (max(week) - min(week)) // 7 + 1 as weeks,
         round(count(*) / ((max(week) - min(week)) // 7 + 1), 2) as trips_per_week
       from trips where origin_coord_lon >= 14.4 and origin_coord_lon < 14.5
         and origin_coord_lat >= 50.05 and origin_coord_lat < 50.1`,
    );
    // Edges of the box are anywhere, also beyond the globe.
    for (const [west, south, east, north] of [
      [7.6512, 45.0333, 7.7, 45.1071],
      [9.99, 53.55, 9.99, 53.55],
      [-1e300, -90, 181, 91],
    ]) {
      const column = (degrees: number) => Math.floor((Math.max(-181, degrees) + 180) / 0.01);
      const row = (degrees: number) => Math.floor((degrees + 90) / 0.01);
      await same(
        ask(trips, 'weekly_average_in_box', { west, south, east, north }),
        `select count(*) as trips, (max(week) - min(week)) // 7 + 1 as weeks,
           round(count(*) / ((max(week) - min(week)) // 7 + 1), 2) as trips_per_week
         from trips where origin_cell % 36000 between ${column(west)} and ${column(east)}
           and origin_cell // 36000 between ${row(south)} and ${row(north)}`,
      );
    }
    const nowhere = await ask(trips, 'weekly_average_in_box', { west: 0, south: 0, east: 1, north: 1 });
    expect(plain(nowhere)).toEqual(['0 | 0 | 0']);
  });

  it('groups trips with the same cells and time of day', async () => {
    const grouped = `select region, time_of_day, origin_cell, destination_cell, count(*) as trips
      from trips group by all order by trips desc, region, time_of_day, origin_cell, destination_cell`;
    const mart = `select region, time_of_day, origin_cell, destination_cell, trips from star.trip_group
      order by trips desc, region, time_of_day, origin_cell, destination_cell`;
    await same(
      database.pool.query(mart).then(({ rows }) => rows),
      grouped,
    );
  });

  it('groups trips with the same areas and time of day', async () => {
    const middle = (cell: string) =>
      `-180 + (${cell} % 36000 // 5 + 0.5) * 0.05 as ${cell}_lon, -90 + (${cell} // 36000 // 5 + 0.5) * 0.05 as ${cell}_lat`;
    const grouped = (where: string, limit: number) => `
      select region, time_of_day, origin_cell_lon, origin_cell_lat, destination_cell_lon, destination_cell_lat,
        count(*) as trips
      from (select *, ${middle('origin_cell')}, ${middle('destination_cell')} from trips where ${where}) group by all
      order by trips desc, region, time_of_day, origin_cell_lat, origin_cell_lon, destination_cell_lat, destination_cell_lon
      limit ${limit}`;
    await same(ask(trips, 'similar_trips'), grouped('true', 10));
    await same(ask(trips, 'similar_trips', { limit: 5000 }), grouped('true', 5000));
    await same(
      ask(trips, 'similar_trips', { region: 'Prague', time_of_day: 'morning', limit: 20 }),
      grouped("region = 'Prague' and time_of_day = 'morning'", 20),
    );
    const [commonest] = await ask(trips, 'similar_trips', { region: 'Prague', limit: 1 });
    const [{ trips: near }] = await oracle.rows(
      `select count(*) as trips from trips where region = 'Prague' and time_of_day = '${commonest.time_of_day}'
         and abs(origin_coord_lon - ${commonest.origin_lon}) < 0.025 and abs(origin_coord_lat - ${commonest.origin_lat}) < 0.025
         and abs(destination_coord_lon - ${commonest.destination_lon}) < 0.025
         and abs(destination_coord_lat - ${commonest.destination_lat}) < 0.025`,
    );
    expect(Number(near)).toBe(Number(commonest.trips));
  });

  it('tells the latest datasource of the busiest regions, and the regions of a datasource', async () => {
    await same(
      ask(trips, 'latest_datasource', { limit: 3 }),
      `select region, count(*) as rides, arg_max(datasource, datetime) as datasource,
         strftime(max(datetime), '%Y-%m-%dT%H:%M:%S.000Z') as datetime
       from trips group by region order by rides desc limit 3`,
    );
    await same(
      ask(trips, 'regions_of_datasource', { datasource: 'baba_car' }),
      `select region, count(*) as rides from trips where datasource = 'baba_car'
       group by region order by rides desc, region`,
    );
  });

  it('checks find a region spelled in two ways, and a blank one', async () => {
    const client = await database.pool.connect();
    try {
      await client.query('begin');
      await client.query("insert into star.dim_region (name) values ('prague '), ('  ')");
      const found = [];
      for (const check of trips.checks) found.push((await client.query(check.sql)).rows.length);
      expect(found).toEqual([1, 1]);
    } finally {
      await client.query('rollback');
      client.release();
    }
  });
});

describe('citibike', () => {
  it('counts rides by month, hour and day', async () => {
    await same(
      ask(citibike, 'rides_per_month'),
      `select year || '-' || lpad(month::text, 2, '0') as month, count(*) as rides,
         round(median(duration_seconds) / 60, 1) as median_minutes, round(sum(distance_km), 1) as kilometres
       from rides group by all order by month`,
    );
    await same(
      ask(citibike, 'busiest_hours'),
      `select hour, count(*) as rides, count(*) filter (day_of_week < 6) as on_work_days,
         count(*) filter (day_of_week > 5) as on_weekends
       from rides group by hour order by rides desc, hour limit 5`,
    );
    const [first] = await ask(citibike, 'rides_per_day', { from: '2017-11-05', to: '2017-11-05' });
    const [{ rides }] = await oracle.rows('select count(*) as rides from rides where month = 11 and day = 5');
    expect(Number(first.rides)).toBe(Number(rides));
  });

  it('counts rides per station and hour, in both roles', async () => {
    await same(
      ask(citibike, 'station_hours', { station: 'Harbor Terminal' }),
      `select hour, sum(started) as rides_started, sum(ended) as rides_ended from (
         select hour, 1 as started, 0 as ended from rides where start_station_name = 'Harbor Terminal'
         union all
         select hour(ended_at - case when ended_at < '2017-11-05 06:00' and month = 11
           then interval 4 hour else interval 5 hour end), 0, 1
         from rides where end_station_name = 'Harbor Terminal'
       ) group by hour order by hour`,
    );
  });

  it('ranks routes, by the latest names of their stations', async () => {
    await same(
      ask(citibike, 'popular_routes', { limit: 20 }),
      `with latest as (
         select id, arg_max(name, started_on) as name from (
           select start_station_id as id, start_station_name as name, started_on from rides
           union all select end_station_id, end_station_name, started_on from rides) group by id
       )
       select a.name as start_station, b.name as end_station, count(*) as rides,
         round(median(duration_seconds) / 60, 1) as median_minutes, round(avg(distance_km), 2) as distance_km
       from rides join latest a on a.id = start_station_id join latest b on b.id = end_station_id
       group by all order by rides desc, start_station, end_station limit 20`,
    );
  });

  it('tells what a station was called and where it was, by any name that it had', async () => {
    const versions = stationVersions('rides');
    const text = (day: string) => `strftime(${day}, '%Y-%m-%dT00:00:00.000Z') as ${day}`;
    const shown = `station, latitude, longitude, ${text('valid_from')}, ${text('valid_to')}, moved_m, rides_started`;
    await same(
      ask(citibike, 'station_history'),
      `select ${shown} from (select *, count(*) over (partition by station_id) as n from (${versions})) as versions
       where n > 1 order by station_id, versions.valid_from`,
    );
    // Two stations had this name, one after the other.
    const named = await ask(citibike, 'station_history', { station: 'Foundry Market' });
    expect(named.map(({ station, moved_m }) => [station, moved_m])).toEqual([
      ['Foundry Market', null],
      ['Foundry Market North', 0],
      ['Chapel Market', null],
      ['Foundry Market', 0],
    ]);
    const [, moved] = await ask(citibike, 'station_history', { station: 'Orchard & 2nd St' });
    expect(moved).toMatchObject({ station: 'Orchard & 2nd St', moved_m: 204 });
  });

  it('view ride tells gender, age and the unknown user type', async () => {
    await same(
      database.pool
        .query(
          'select gender, count(age) as ages, sum(age), count(user_type) as types from star.ride group by gender order by gender',
        )
        .then(({ rows }) => rows),
      'select gender_name, count(age) as ages, sum(age) as sum, count(user_type) as types from rides group by 1 order by 1',
    );
  });

  it('lists the rides of the hour that happened twice', async () => {
    const [{ n }] = await oracle.rows(
      'select count(*) as n from rides where started_ambiguous or ended_ambiguous',
    );
    expect(await ask(citibike, 'ambiguous_rides')).toHaveLength(Number(n));
    expect(Number(n)).toBeGreaterThan(0);
  });

  it('checks find a ride of negative duration and one that ends before it begins', async () => {
    const client = await database.pool.connect();
    try {
      await client.query('begin');
      await client.query(`update star.fact_ride set duration_seconds = -1, ended_at = started_at - interval '1 minute',
        ended_ambiguous = false where ctid = (select min(ctid) from star.fact_ride)`);
      await client.query(`update star.dim_station_history set name = null
        where (station_key, valid_from) = (select station_key, valid_from from star.dim_station_history limit 1)`);
      const found = [];
      for (const check of citibike.checks) found.push((await client.query(check.sql)).rows.length);
      expect(found).toEqual([1, 1, 1]);
    } finally {
      await client.query('rollback');
      client.release();
    }
  });
});
