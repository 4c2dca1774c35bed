/** What the API says of a dataset: on a real coordinator with files of trips. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ColumnDetail } from '../../../../platform/progress/dataset-detail.ts';
import { builtin } from '../../../support/builtin.ts';
import { openServed, type Served } from '../actions/served.ts';

const header = 'region,origin_coord,destination_coord,datetime,datasource\n';
const trip = (region: string, day: string) =>
  `${region},POINT (14.4 50.0),POINT (14.5 50.1),${day} 10:10:00,an app\n`;

let served: Served;
beforeAll(async () => {
  served = await openServed(builtin);
  await served.rig.drop('trips/one.csv', header + trip('Prague', '2018-05-01') + trip('Turin', '2018-05-02'));
  await served.rig.drop('trips/two.csv', `${header}${trip('Turin', '2018-06-01')}broken\n`);
  await served.rig.receipts(2);
});
afterAll(() => served.close());

it('a dataset says where each of its columns goes', async () => {
  const { json } = await served.ask('/api/datasets/trips');
  const column = (name: string) => json.columns.find((one: ColumnDetail) => one.name === name);
  expect(column('region')).toMatchObject({
    ...{ type: 'text', required: true, computedOf: null, lake: ['region'], fact: [] },
    dimensions: ['dim_region.name'],
  });
  expect(column('datetime')).toMatchObject({
    fact: ['datetime'],
    dimensions: ['dim_date'],
    partition: false,
  });
  expect(column('month')).toMatchObject({ computedOf: ['datetime'], partition: true, lake: [] });
  expect(column('origin_coord').readBy).toContain('origin_cell');
  expect(json.star).toMatchObject({ schema: 'star', fact: 'fact_trip' });
  expect(json.star.dimensions[0]).toEqual({
    ...{ kind: 'lookup', table: 'dim_region', key: 'region_key', columns: ['name'] },
  });
  expect(json.queries[0]).toMatchObject({ name: 'rides_per_region', parameters: [] });
  expect(json.queries[0].sql).toMatch(/^-- Rides of each region.*\nselect /);
});

it('tells the roles of a dimension apart by the columns of the fact', async () => {
  const { json } = await served.ask('/api/datasets/citibike');
  const keys = json.star.dimensions.map(({ table, key }: { table: string; key: string }) => [table, key]);
  expect(keys.slice(0, 2)).toEqual([
    ['dim_station', 'start_station_key'],
    ['dim_station', 'end_station_key'],
  ]);
});

it('its marts say how they are kept, and their rows are told', async () => {
  const { json } = await served.ask('/api/datasets/trips');
  const mart = (name: string) => json.marts.find((one: { name: string }) => one.name === name);
  expect(mart('trips_of_week')).toMatchObject({
    ...{ kind: 'rollup', error: null },
    measures: [{ name: 'trips', class: 'invertible', why: expect.any(String) }],
  });
  expect(mart('trip')).toMatchObject({ kind: 'view', refreshedAt: null, behindSince: null });
  const rows = await served.ask('/api/datasets/trips/marts/trips_of_week');
  expect(rows.json).toMatchObject({ dataset: 'trips', mart: 'trips_of_week', rowCount: 3 });
  expect(rows.json.rows[0]).toMatchObject({ trips: 1 });
});

it('its lake and its loads are counted', async () => {
  const { json } = await served.ask('/api/datasets/trips/partitions');
  expect(json).toMatchObject({
    count: 2,
    partitions: [
      { folder: 'trips/year=2018/month=06', parts: 1, rows: 1 },
      { folder: 'trips/year=2018/month=05', parts: 1, rows: 2 },
    ],
  });
  expect(json.partitions[0].bytes).toBeGreaterThan(100);
  const loads = (await served.ask('/api/datasets/trips/loads?days=1')).json;
  const today = new Date().toISOString().slice(0, 10);
  expect(loads.since).toBe(`${today}T00:00:00.000Z`);
  expect(loads.days).toEqual([
    { day: today, files: 2, failed: 0, rows: 3, rejected: 1, bytes: expect.any(Number) },
  ]);
});

it('what there is not has no answer, and a wrong number of days is a mistake', async () => {
  const status = async (path: string) => (await served.ask(`/api/datasets/${path}`)).status;
  expect(await status('nothing')).toBe(404);
  expect(await status('nothing/partitions')).toBe(404);
  expect(await status('trips/marts/fact_trip')).toBe(404);
  expect(await status('trips/marts/pg_user%22;')).toBe(404);
  expect(await status('trips/loads?days=0')).toBe(400);
});
