/** Bike-share rides: one definition for all dialects in which months have been published. */
import {
  average,
  bars,
  compute,
  count,
  dateDimension,
  day,
  dayOfWeek,
  defineDataset,
  distance,
  float8,
  hour,
  integer,
  isAmbiguous,
  lines,
  localDate,
  lookup,
  lookupTable,
  median,
  month,
  rollup,
  secondsBetween,
  smallint,
  text,
  timeOfDay,
  timestamp,
  view,
  year,
} from '../../model/index.ts';

/**
 * Times are New York's local times, without an offset. On the day when clocks are set back, the hour from 1:00 to
 * 2:00 happens twice, and a file does not say which one it means. The definition takes the earlier one and marks the
 * time as ambiguous in lake and star. A time in the hour that is skipped in spring is read as if clocks had not changed.
 */
const newYork = {
  formats: [
    'yyyy-MM-dd HH:mm:ss',
    'M/d/yyyy H:mm:ss',
    'M/d/yyyy H:mm',
    'yyyy-MM-dd HH:mm:ss.S',
    'yyyy-MM-ddTHH:mm:ss',
    'yyyy-MM-ddTHH:mm:ss.S',
    'yyyy-MM-dd HH:mm',
  ],
  zone: 'America/New_York',
  ambiguous: 'earlier',
  skipped: 'later',
} as const;

/**
 * Stations are renamed and moved between months. A month's file has the rides that began in it, so the day of the start
 * says what both stations were: a ride that ends in the next month still has this month's names.
 */
const asOfTheStart = { attributes: 'history', by: 'started_on' } as const;

export default defineDataset({
  name: 'citibike',
  description: 'Bike-share rides: stations, bikes, riders and times.',
  dialect: { delimiter: 'auto' },
  nulls: ['', 'NULL', '\\N'],
  columns: {
    trip_duration: integer({ optional: true, aliases: ['tripduration'] }),
    started_at: timestamp({ required: true, aliases: ['starttime', 'start time'], ...newYork }),
    ended_at: timestamp({ required: true, aliases: ['stoptime', 'stop time'], ...newYork }),
    // The station ids of newer months have letters. They are missing for bikes that were parked elsewhere.
    start_station_id: text(),
    start_station_name: text(),
    start_station_latitude: float8({ aliases: ['start_lat'] }),
    start_station_longitude: float8({ aliases: ['start_lng'] }),
    end_station_id: text(),
    end_station_name: text(),
    end_station_latitude: float8({ aliases: ['end_lat'] }),
    end_station_longitude: float8({ aliases: ['end_lng'] }),
    bike_id: integer({ optional: true, aliases: ['bikeid'] }),
    user_type: text({ aliases: ['usertype', 'member_casual'] }),
    // Some months write whole numbers as 1985.0.
    year_of_birth: float8({ optional: true, aliases: ['birth year'] }),
    gender: smallint({ optional: true }),
    ride_id: text({ optional: true }),
    rideable_type: text({ optional: true }),
  },
  enrich: (c) => {
    const start = { lon: c.start_station_longitude, lat: c.start_station_latitude };
    const end = { lon: c.end_station_longitude, lat: c.end_station_latitude };
    // The seconds of the file, or else the time between the two instants.
    const duration = compute(
      'integer',
      [c.trip_duration, secondsBetween(c.started_at, c.ended_at)],
      (said, measured) => said ?? (measured === null ? null : Math.round(measured)),
      { nulls: 'call' },
    );
    const rounded = (degrees: typeof c.start_station_latitude) =>
      compute('float8', [degrees], (value) => Math.round(value * 1e6) / 1e6);
    return {
      year: year(c.started_at),
      month: month(c.started_at),
      day: day(c.started_at),
      started_on: localDate(c.started_at),
      hour: hour(c.started_at),
      end_hour: hour(c.ended_at),
      day_of_week: dayOfWeek(c.started_at),
      time_of_day: timeOfDay(c.started_at),
      started_ambiguous: isAmbiguous(c.started_at),
      ended_ambiguous: isAmbiguous(c.ended_at),
      duration_seconds: duration,
      duration_minutes: compute('float8', [duration], (seconds) => seconds / 60),
      distance_km: distance(start, end),
      birth_year: compute('smallint', [c.year_of_birth], (born) => Math.trunc(born)),
      age: compute('smallint', [year(c.started_at), c.year_of_birth], (now, born) => now - Math.trunc(born)),
      gender_name: lookupTable(c.gender, { 0: 'unknown', 1: 'male', 2: 'female' }),
      // Files give the same station with eight or with fourteen digits. Rounded to six digits (10 cm) they
      // agree, so a station has not moved where only the digits differ.
      start_latitude: rounded(c.start_station_latitude),
      start_longitude: rounded(c.start_station_longitude),
      end_latitude: rounded(c.end_station_latitude),
      end_longitude: rounded(c.end_station_longitude),
    };
  },
  lake: { partitionBy: ['year', 'month'] },
  star: {
    fact: 'fact_ride',
    dimensions: {
      start_station_key: lookup(
        'dim_station',
        { station_id: 'start_station_id' },
        { name: 'start_station_name', latitude: 'start_latitude', longitude: 'start_longitude' },
        asOfTheStart,
      ),
      end_station_key: lookup(
        'dim_station',
        { station_id: 'end_station_id' },
        { name: 'end_station_name', latitude: 'end_latitude', longitude: 'end_longitude' },
        asOfTheStart,
      ),
      bike_key: lookup('dim_bike', { bike_id: 'bike_id' }),
      user_type_key: lookup('dim_user_type', { name: 'user_type' }),
      date_key: dateDimension('dim_date', 'started_at', { shared: true }),
    },
    columns: [
      'duration_seconds',
      'started_at',
      'ended_at',
      'distance_km',
      'hour',
      'end_hour',
      'day_of_week',
      'birth_year',
      'gender',
      'started_ambiguous',
      'ended_ambiguous',
    ],
    // Files are in the order of days, so a BRIN index finds a day and costs almost nothing. B-trees over day and
    // station took half of the loading time. Queries by station use the marts.
    indexes: [{ columns: ['date_key'], method: 'brin' }],
  },
  rejects: { share: 0.01 },
  marts: {
    ride: view(new URL('./marts/ride.sql', import.meta.url)),
    started_hour: rollup({ by: ['start_station_key', 'hour'], measures: { rides: count() } }),
    ended_hour: rollup({ by: ['end_station_key', 'end_hour'], measures: { rides: count() } }),
    station_hour: view(new URL('./marts/station_hour.sql', import.meta.url)),
    route: rollup({
      by: ['start_station_key', 'end_station_key'],
      measures: {
        rides: count(),
        median_seconds: median('duration_seconds'),
        distance_km: average('distance_km'),
      },
    }),
    popular_route: view(new URL('./marts/popular_route.sql', import.meta.url)),
    started_day: rollup({ by: ['start_station_key', 'date_key'], measures: { rides: count() } }),
    station_version: view(new URL('./marts/station_version.sql', import.meta.url)),
  },
  checks: {
    no_negative_duration: new URL('./checks/no_negative_duration.sql', import.meta.url),
    ends_after_start: new URL('./checks/ends_after_start.sql', import.meta.url),
    stations_have_names: new URL('./checks/stations_have_names.sql', import.meta.url),
  },
  queries: {
    rides_per_month: {
      description: 'Number of rides, median minutes and kilometres per month.',
      sql: new URL('./queries/rides_per_month.sql', import.meta.url),
      order: ['month'],
      chart: bars({ x: 'month', y: 'rides' }),
    },
    busiest_hours: {
      description: 'Hours of the day (New York) with the most rides, on work days and weekends.',
      sql: new URL('./queries/busiest_hours.sql', import.meta.url),
      parameters: { limit: { type: 'integer', default: 5 } },
      chart: bars({ x: 'hour', y: 'rides' }),
    },
    popular_routes: {
      description: 'The most popular routes.',
      sql: new URL('./queries/popular_routes.sql', import.meta.url),
      parameters: { limit: { type: 'integer', default: 10 } },
      chart: bars({ x: 'start_station', y: 'rides', series: 'end_station' }),
    },
    station_hours: {
      description: 'Number of rides that begin and end at a station, per hour of the day.',
      sql: new URL('./queries/station_hours.sql', import.meta.url),
      parameters: { station: { type: 'text' } },
      chart: lines({ x: 'hour', y: ['rides_started', 'rides_ended'] }),
    },
    station_history: {
      description:
        'Names and places of a station, with the rides that began there; without a name, all stations that changed.',
      sql: new URL('./queries/station_history.sql', import.meta.url),
      parameters: { station: { type: 'text', default: '' } },
    },
    rides_per_day: {
      description: 'Number of rides per day, from one day to another.',
      sql: new URL('./queries/rides_per_day.sql', import.meta.url),
      parameters: {
        from: { type: 'date', default: '2017-01-01' },
        to: { type: 'date', default: '2017-12-31' },
      },
      order: ['date'],
      chart: lines({ x: 'date', y: 'rides' }),
    },
    ambiguous_rides: {
      description: 'Rides that began or ended in an hour that the clocks showed twice.',
      sql: new URL('./queries/ambiguous_rides.sql', import.meta.url),
    },
  },
});
