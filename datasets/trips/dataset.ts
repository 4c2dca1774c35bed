/** Vehicle trips: origin, destination, time, and the app that reported them. */
import {
  bars,
  count,
  dateDimension,
  day,
  defineDataset,
  gridCell,
  hour,
  hourOf,
  isoWeekStart,
  largerCell,
  lines,
  lookup,
  max,
  min,
  month,
  point,
  rollup,
  text,
  timeOfDay,
  timestamp,
  view,
  weekStart,
  year,
} from '../../model/index.ts';

/** The side of a cell in degrees: about 1.1 km north to south. */
const cellDegrees = 0.01;
/** The side of an area, in cells: about 5.5 km. */
const areaCells = 5;

const areaOf = (cell: 'origin_cell' | 'destination_cell', as: string) =>
  largerCell(cell, { degrees: cellDegrees, times: areaCells, as });

export default defineDataset({
  name: 'trips',
  description: 'Vehicle trips with origin, destination and time, as several apps report them.',
  columns: {
    region: text({ required: true }),
    origin_coord: point({ required: true }),
    destination_coord: point({ required: true }),
    datetime: timestamp({ required: true, aliases: ['date_time'], zone: 'UTC' }),
    datasource: text({ required: true }),
  },
  enrich: (c) => ({
    year: year(c.datetime),
    month: month(c.datetime),
    day: day(c.datetime),
    hour: hour(c.datetime),
    time_of_day: timeOfDay(c.datetime),
    week: isoWeekStart(c.datetime),
    origin_cell: gridCell(c.origin_coord, cellDegrees),
    destination_cell: gridCell(c.destination_coord, cellDegrees),
  }),
  lake: { partitionBy: ['year', 'month'] },
  star: {
    fact: 'fact_trip',
    dimensions: {
      region_key: lookup('dim_region', { name: 'region' }),
      datasource_key: lookup('dim_datasource', { name: 'datasource' }),
      date_key: dateDimension('dim_date', 'datetime', { shared: true }),
    },
    // The fact table is narrow, for tens of millions of rows. Hour, time of day and week follow from the time and
    // are in the view star.trip. In this order, the eight bytes of the time are aligned without padding, so that a
    // row takes 56 bytes instead of 64.
    columns: ['origin_cell', 'datetime', 'destination_cell'],
  },
  rejects: { share: 0.01 },
  // Rollups whose groups are few: a chunk of 500,000 trips has 500 groups of the first three together, 5,000 cells, and
  // 17,000 pairs of areas. By cell and week, or by pairs of cells, there are nearly as many groups as trips.
  marts: {
    trips_of_week: rollup({ by: ['region_key', weekStart('datetime')], measures: { trips: count() } }),
    trips_of_hour: rollup({ by: ['region_key', hourOf('datetime')], measures: { trips: count() } }),
    trips_of_datasource: rollup({
      by: ['region_key', 'datasource_key'],
      measures: { trips: count(), latest: max('datetime') },
    }),
    trips_of_cell: rollup({
      by: ['origin_cell'],
      measures: { trips: count(), first: min('datetime'), last: max('datetime') },
    }),
    trips_of_areas: rollup({
      by: [
        'region_key',
        areaOf('origin_cell', 'origin_area'),
        areaOf('destination_cell', 'destination_area'),
        hourOf('datetime', { every: 6, as: 'quarter' }),
      ],
      measures: { trips: count() },
    }),
    trip: view(new URL('./marts/trip.sql', import.meta.url)),
    trip_group: view(new URL('./marts/trip_group.sql', import.meta.url)),
    area_group: view(new URL('./marts/area_group.sql', import.meta.url)),
    trips_per_week: view(new URL('./marts/trips_per_week.sql', import.meta.url), {
      chart: lines({ x: 'week', y: 'trips', series: 'region' }),
    }),
    weekly_average: view(new URL('./marts/weekly_average.sql', import.meta.url), {
      chart: bars({ x: 'region', y: 'trips_per_week' }),
    }),
  },
  // These read only dimensions, so that they cost the same after ten trips and after a billion.
  checks: {
    region_spelled_one_way: new URL('./checks/region_spelled_one_way.sql', import.meta.url),
    names_not_blank: new URL('./checks/names_not_blank.sql', import.meta.url),
  },
  queries: {
    rides_per_region: {
      description: 'Number of rides per region, most first.',
      sql: new URL('./queries/rides_per_region.sql', import.meta.url),
      order: ['rides desc', 'region'],
      chart: bars({ x: 'region', y: 'rides' }),
    },
    busiest_hours: {
      description: 'Hours of the day (UTC) with the most rides.',
      sql: new URL('./queries/busiest_hours.sql', import.meta.url),
      parameters: { limit: { type: 'integer', default: 3 } },
      chart: bars({ x: 'hour', y: 'rides' }),
    },
    weekly_average: {
      description: 'Average rides per week of one region, or of each.',
      sql: new URL('./queries/weekly_average.sql', import.meta.url),
      parameters: { region: { type: 'text', default: '' } },
      order: ['trips_per_week desc', 'region'],
      chart: bars({ x: 'region', y: 'trips_per_week' }),
    },
    weekly_average_in_box: {
      description: 'Average rides per week that begin in a box of degrees.',
      sql: new URL('./queries/weekly_average_in_box.sql', import.meta.url),
      parameters: {
        west: { type: 'float8' },
        south: { type: 'float8' },
        east: { type: 'float8' },
        north: { type: 'float8' },
      },
    },
    similar_trips: {
      description: 'The most common groups of trips with the same areas (0.05 degrees) and time of day.',
      sql: new URL('./queries/similar_trips.sql', import.meta.url),
      parameters: {
        region: { type: 'text', default: '' },
        time_of_day: { type: 'text', default: '' },
        limit: { type: 'integer', default: 10 },
      },
    },
    latest_datasource: {
      description: 'The latest datasource in each of the regions with the most rides.',
      sql: new URL('./queries/latest_datasource.sql', import.meta.url),
      parameters: { limit: { type: 'integer', default: 2 } },
    },
    regions_of_datasource: {
      description: 'Regions in which a datasource has reported rides.',
      sql: new URL('./queries/regions_of_datasource.sql', import.meta.url),
      parameters: { datasource: { type: 'text', default: 'cheap_mobile' } },
    },
  },
});
